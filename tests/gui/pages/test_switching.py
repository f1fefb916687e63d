"""The test page when one goes from a model of tables to one of pictures, whatever is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.library.data import LastData
from disco_desktop.app.processes.assistant_job import AssistantProcess, ModelTest
from disco_desktop.app.processes.assistant_messages import Loading, ModelTested
from disco_desktop.engine.dataset.images.image_reader import NOTHING_FITTED
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import StoredModel
from disco_desktop.gui.item_models.pictures import TILE
from disco_desktop.gui.pages.test import TestPage
from tests.engine.dataset.images.conftest import picture, task_of
from tests.gui.conftest import eventually
from tests.gui.titanic import MODEL, SAMPLE, titanic_model

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.processes.assistant_messages import AssistantMessage

ANIMALS = "d" * 16


@pytest.fixture(scope="module")
def animal_model() -> StoredModel:
    """A model that tells animals apart, and has learnt nothing."""
    import torch

    from disco_desktop.engine.models.network import build_network, read_weights

    torch.manual_seed(1)
    task = task_of()
    return StoredModel(
        record=ModelRecord(
            id=ANIMALS, name="Animals", task_id=task.id, task_title=task.display.title,
            created="2026-01-02T03:04:05+00:00", scheme="federated", rounds=1, epochs=1,
            participants=3,
        ),
        task=task,
        preprocessing=NOTHING_FITTED,
        history=History(),
        weights=read_weights(build_network(task)),
    )  # fmt: skip


@pytest.fixture
def memory(tmp_path, animal_model) -> DiskMemory:
    made = DiskMemory(tmp_path / "memory")
    made.save(titanic_model())
    made.save(animal_model)
    return made


@pytest.fixture
def animals(tmp_path) -> Path:
    """Seven cats and three dogs, as far as anybody can tell."""
    root = tmp_path / "animals"
    for label, seeds in (("cat", range(7)), ("dog", range(20, 23))):
        (root / label).mkdir(parents=True)
        for seed in seeds:
            picture(seed).save(root / label / f"{seed}.png")
    return root


@pytest.fixture
async def job():
    made = ModelTest()
    yield made
    await made.close()


@pytest.fixture
async def page(theme, job, memory, tmp_path, errands, home_window) -> TestPage:
    made = TestPage(theme, job, memory, LastData(tmp_path / "home"), errands)
    home_window.setCentralWidget(made)
    home_window.show()
    made.entered(MODEL)
    await eventually(lambda: made._model is not None)
    return made


async def go_to_animals(page: TestPage) -> None:
    page.entered(ANIMALS)
    await eventually(lambda: page._model is not None)
    assert page.title.text() == "Test “Animals”"


async def animals_are_shown(page: TestPage, job: ModelTest, animals: Path) -> None:
    """Test the animals, and look at what the page says of them."""
    page._choice.choose(animals)
    await eventually(lambda: job.state in ("done", "failed"))
    assert (job.state, job.error) == ("done", None)
    assert page._shown.text() == "10 pictures"
    assert page._cards["samples"].value == "10"
    assert page._view.gallery.isVisible()
    assert not page._view.table.isVisible()
    pictures = page._view.pictures
    await eventually(lambda: pictures.tile(0) is not None)
    titles = {pictures.place(number).data(TILE).text for number in range(10)}
    assert titles <= {f"true: {label}" for label in page._tiles.labels}
    assert page._matrix_area.isVisible()


async def test_a_finished_test_of_tables_leaves_nothing_above_the_pictures(page, job, animals):
    page._choice.choose(SAMPLE)
    await eventually(lambda: job.state == "done")
    assert page._shown.text() == "891 rows"
    page._matrix._choose((0, 0))
    page._doubtful.setChecked(True)
    await go_to_animals(page)
    assert not page._result.isVisible()
    await animals_are_shown(page, job, animals)
    page.entered(MODEL)
    await eventually(lambda: page._model is not None)
    page._choice.choose(SAMPLE)
    await eventually(lambda: job.state == "done")
    assert page._shown.text() == "891 rows"
    assert page._view.table.isVisible()
    assert not page._view.gallery.isVisible()


@pytest.mark.parametrize("kind", [Loading, ModelTested])
async def test_an_answer_that_comes_too_late_is_not_shown(
    page, job, animals, monkeypatch, kind: type[AssistantMessage]
):
    receive = AssistantProcess.receive
    left = []

    async def receive_and_leave(process: AssistantProcess) -> AssistantMessage:
        message = await receive(process)
        if isinstance(message, kind) and not left:
            left.append(message)
            page.entered(ANIMALS)
        return message

    monkeypatch.setattr(AssistantProcess, "receive", receive_and_leave)
    shown = []
    job.observe(lambda: shown.append(page._result.isVisible()))
    page._choice.choose(SAMPLE)
    await eventually(lambda: bool(left))
    await go_to_animals(page)
    assert job.state == "idle"
    assert not any(shown)
    await animals_are_shown(page, job, animals)


async def test_a_model_that_is_come_to_twice_at_once_still_offers_its_sample_data(page):
    page.entered(ANIMALS)
    page.entered(MODEL)
    page.entered(MODEL)
    await eventually(lambda: page._choice._sample == SAMPLE)
    assert page.title.text() == "Test “Titanic”"
