"""The pages of data, tests and predictions with pictures, real assistants and a real network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.library.data import LastData
from disco_desktop.app.processes.assistant_job import DataCheck, ModelTest, Prediction
from disco_desktop.app.processes.generation import Generation
from disco_desktop.engine.dataset.images.image_reader import NOTHING_FITTED
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import StoredModel
from disco_desktop.gui.dialogs.picture import PictureDialog
from disco_desktop.gui.item_models.pictures import TILE
from disco_desktop.gui.pages.data import DataPage
from disco_desktop.gui.pages.predict import PredictPage
from disco_desktop.gui.pages.test import TestPage
from disco_desktop.gui.widgets.pictures import decoded
from tests.engine.dataset.images.conftest import picture, task_of
from tests.gui.conftest import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.gui.widgets.gallery import SamplesView

TASK = task_of()
MODEL = "0123456789abcdef"


@pytest.fixture(scope="module")
def animal_model() -> StoredModel:
    """A model that has learnt nothing: what it says is as good as any."""
    import torch

    from disco_desktop.engine.models.network import build_network, read_weights

    torch.manual_seed(1)
    return StoredModel(
        record=ModelRecord(
            id=MODEL, name="Animals", task_id=TASK.id, task_title=TASK.display.title,
            created="2026-01-02T03:04:05+00:00", scheme="federated", rounds=1, epochs=1,
            participants=3,
        ),
        task=TASK,
        preprocessing=NOTHING_FITTED,
        history=History(),
        weights=read_weights(build_network(TASK)),
    )  # fmt: skip


@pytest.fixture
def animals(tmp_path) -> Path:
    """Twelve cats, eight dogs, one file that is no picture, and one animal nobody knows."""
    root = tmp_path / "animals"
    for label, seeds in (("cat", range(12)), ("dog", range(20, 28)), ("newt", range(40, 41))):
        (root / label).mkdir(parents=True)
        for seed in seeds:
            picture(seed).save(root / label / f"{seed:02}.png")
    picture(0, (90, 60)).save(root / "cat" / "00.png")
    (root / "dog" / "broken.png").write_bytes(b"none")
    return root


@pytest.fixture
def last(tmp_path) -> LastData:
    return LastData(tmp_path / "home")


@pytest.fixture
def memory(tmp_path, animal_model) -> DiskMemory:
    memory = DiskMemory(tmp_path / "memory")
    memory.save(animal_model)
    return memory


@pytest.fixture
async def check():
    made = DataCheck()
    yield made
    await made.close()


@pytest.fixture
async def model_test():
    made = ModelTest()
    yield made
    await made.close()


@pytest.fixture
async def prediction():
    made = Prediction()
    yield made
    await made.close()


@pytest.fixture
async def data_page(theme, check, last, errands, home_window) -> DataPage:
    made = DataPage(theme, check, last, errands)
    home_window.setCentralWidget(made)
    home_window.show()
    made.show_task(TASK)
    return made


@pytest.fixture
async def test_page(theme, model_test, memory, last, errands, home_window) -> TestPage:
    made = TestPage(theme, model_test, memory, last, errands)
    home_window.setCentralWidget(made)
    home_window.show()
    made.entered(MODEL)
    await eventually(lambda: made._model is not None)
    return made


@pytest.fixture
async def predict_page(theme, prediction, memory, last, errands, home_window) -> PredictPage:
    made = PredictPage(theme, prediction, memory, last, errands, Generation())
    home_window.setCentralWidget(made)
    home_window.show()
    made.entered(MODEL)
    await eventually(lambda: made._model is not None)
    return made


async def tiles(view: SamplesView) -> list:
    """Look at all pictures until they are there."""
    model = view.pictures
    await eventually(lambda: model.tile(0) is not None)
    return [model.place(number).data(TILE) for number in range(model.count)]


async def test_pictures_are_checked_and_shown_by_label(data_page, check, animals):
    assert data_page._labelling.isVisible()
    data_page.choose(animals)
    await eventually(lambda: check.state == "done")
    assert data_page._verdict.text == "2 of 22 pictures cannot be used."
    assert data_page._cards["rows"].accessibleName().startswith("Pictures: 22")
    assert not data_page._labelling.isVisible()
    assert not data_page._legend.isVisible()
    view = data_page._preview
    assert view.gallery.isVisible()
    assert not view.table.isVisible()
    shown = await tiles(view)
    assert [tile.title for tile in shown[:12]] == ["a Cat"] * 12
    assert sum(tile.tone == "danger" for tile in shown) == 2
    box = data_page._filter
    entries = [box.itemText(place) for place in range(box.count())]
    assert entries == ["All (22)", "Left out (2)", "a Cat (12)", "a Dog (8)"]
    for place, titles in ((3, {"a Dog"}), (1, {"left out"})):
        box.setCurrentIndex(place)
        box.activated.emit(place)
        assert {tile.title for tile in await tiles(view)} == titles
    codes = [problem.code for problem in check.answer.report.problems]
    data_page._problem_list.ask_for(codes.index("pictures_unreadable"), 0)
    assert view.pictures.count == 22
    at = view.pictures.number(view.gallery.currentIndex())
    await eventually(lambda: view.pictures.row(at) is not None)
    assert view.pictures.row(at).cells[0] == "dog/broken.png"


async def test_pictures_that_were_put_to_labels_are_checked(data_page, check, animals):
    zones = data_page._labelling.zones
    zones["dog"].put.emit([animals / "newt", animals / "dog" / "20.png"])
    zones["cat"].put.emit([animals / "cat"])
    await eventually(lambda: data_page._labelling.groups.total == 14)
    data_page._labelling.use.trigger()
    await eventually(lambda: check.state == "done")
    assert check.answer.report.balance == {"a Cat": 12, "a Dog": 2}
    assert data_page._verdict.text == "All 14 pictures can be used."


async def test_tested_pictures_by_cell_and_by_doubt(test_page, model_test, animals):
    test_page._choice.choose(animals)
    await eventually(lambda: model_test.state == "done")
    view = test_page._view
    assert view.gallery.isVisible()
    shown = await tiles(view)
    assert len(shown) == 20
    right = sum(tile.tone == "success" for tile in shown)
    assert right / 20 == pytest.approx(model_test.answer.metrics.accuracy)
    confusion = model_test.answer.confusion
    truth, guess = next((t, p) for t in (0, 1) for p in (1, 0) if confusion[t][p])
    test_page._matrix._choose((truth, guess))
    assert view.pictures.count == confusion[truth][guess]
    assert "picture" in test_page._shown.text()
    label = TASK.data.labels[truth]
    assert {tile.text for tile in await tiles(view)} == {f"true: {label}"}
    test_page._all.trigger()
    test_page._doubtful.trigger()
    await tiles(view)
    chances = [view.pictures.row(number).probability for number in range(20)]
    assert chances == sorted(chances)


async def test_a_tested_picture_is_shown_large(test_page, model_test, animals):
    test_page._choice.choose(animals)
    await eventually(lambda: model_test.state == "done")
    await tiles(test_page._view)
    test_page._view.gallery.opened.emit(0)
    dialog = test_page.window().findChild(PictureDialog)
    await eventually(lambda: dialog._picture.pixmap is not None)
    # The first cat's file is larger than what the network sees.
    await eventually(lambda: dialog._picture.pixmap.width() == 90)
    assert dialog._picture.pixmap.height() == 60
    assert await model_test.read_picture(999) == b""
    (animals / "cat" / "00.png").unlink()
    seen = decoded(await model_test.read_picture(0))
    assert (seen.width(), seen.height()) == (16, 16)
    dialog.reject()


async def test_pictures_without_labels_are_predicted(predict_page, prediction, animals):
    assert not predict_page._prompt.isVisible()
    predict_page._choice.choose(animals)
    await eventually(lambda: prediction.state == "done")
    assert predict_page._predicted.value == "21"
    assert predict_page._left_out.value == "1"
    shown = await tiles(predict_page._view)
    assert sum(tile.title == "not possible" for tile in shown) == 1
    assert {tile.title.split(",")[0] for tile in shown} <= {"a Cat", "a Dog", "not possible"}
