"""The test page with a real assistant and a real model."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from disco_desktop.app.library.data import LastData
from disco_desktop.app.processes.assistant_job import ModelTest
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.gui.item_models.rows import TONE
from disco_desktop.gui.pages.test import TestPage
from tests.gui.conftest import eventually
from tests.gui.titanic import BROKEN, MODEL, SAMPLE, titanic_model

if TYPE_CHECKING:
    from pathlib import Path

TRUE, PREDICTED, PROBABILITY = range(3)


@pytest.fixture
def memory(tmp_path) -> DiskMemory:
    memory = DiskMemory(tmp_path / "memory")
    memory.save(titanic_model())
    return memory


@pytest.fixture
async def job() -> ModelTest:
    made = ModelTest()
    yield made
    await made.close()


@pytest.fixture
def last(tmp_path) -> LastData:
    return LastData(tmp_path / "home")


@pytest.fixture
async def page(theme, job, memory, last, errands, home_window) -> TestPage:
    made = TestPage(theme, job, memory, last, errands)
    home_window.setCentralWidget(made)
    home_window.show()
    await enter(made, MODEL)
    return made


async def enter(page: TestPage, model_id: str) -> None:
    page.entered(model_id)
    await eventually(lambda: page._model is not None and page._model.record.id == model_id)


async def run(page: TestPage, job: ModelTest, path: Path) -> None:
    page._choice.choose(path)
    await eventually(lambda: job.state in ("done", "failed"))


async def read(page: TestPage) -> list[list[str]]:
    """Look at all rows until they are there; return their first three columns."""
    model = page._rows
    step = model.rows.shape.page_rows
    for first in range(0, model.rowCount(), step):
        await eventually(lambda first=first: model.rows.row(first) is not None)
    return [
        [model.index(row, place).data() for place in range(3)] for row in range(model.rowCount())
    ]


async def test_figures_matrix_and_rows(page, job, last):
    assert page.title.text() == "Test “Titanic”"
    assert page._expected_card.isVisible()
    await run(page, job, SAMPLE)
    answer = job.answer
    assert page._cards["samples"].value == "891"
    assert page._cards["accuracy"].value == f"{answer.metrics.accuracy:.1%}".replace("%", " %")
    assert page._classes.rowCount() == 2
    assert page._classes.index(1, 4).data() == f"{answer.figures.auc[1]:.3g}"
    error = f"{answer.figures.calibration_error:.1%}".replace("%", " %")
    assert f"Calibration error {error}" in page._calibration.words
    assert len(page._calibration.plot.points) == len(answer.figures.reliability)
    assert not page._errors.isVisible()
    assert page._rows.rowCount() == 891
    rows = await read(page)
    right = sum(row[TRUE] == row[PREDICTED] for row in rows)
    assert right / 891 == pytest.approx(answer.metrics.accuracy)
    tone = {row[TRUE] == row[PREDICTED]: page._rows.index(place, PREDICTED).data(TONE)
            for place, row in enumerate(rows)}  # fmt: skip
    assert tone == {True: "success", False: "danger"}
    await eventually(lambda: not page._expected_card.isVisible())
    await eventually(lambda: last.path("test", "titanic") == SAMPLE)


async def test_a_cell_of_the_matrix_shows_its_rows(page, job, qtbot):
    await run(page, job, SAMPLE)
    matrix = page._matrix
    matrix.setFocus()
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    qtbot.keyClick(matrix, Qt.Key.Key_Space)
    count = job.answer.confusion[1][0]
    assert page._rows.rowCount() == count > 0
    assert {(row[TRUE], row[PREDICTED]) for row in await read(page)} == {("survived", "died")}
    assert "survived, predicted as died" in page._shown.text()
    assert page._all.isVisible()
    page._all.trigger()
    assert page._rows.rowCount() == 891
    assert not page._all.isVisible()


async def test_escape_chooses_no_cell(page, job, qtbot):
    await run(page, job, SAMPLE)
    page._matrix.setFocus()
    qtbot.keyClick(page._matrix, Qt.Key.Key_Space)
    assert page._rows.rowCount() < 891
    qtbot.keyClick(page._matrix, Qt.Key.Key_Escape)
    assert page._rows.rowCount() == 891


async def test_the_most_doubtful_come_first(page, job):
    await run(page, job, SAMPLE)
    page._doubtful.trigger()
    rows = await read(page)
    chances = [float(row[PROBABILITY].removesuffix(" %")) for row in rows]
    assert chances == sorted(chances)
    page._matrix.selected.emit(0, 0)
    rows = await read(page)
    chances = [float(row[PROBABILITY].removesuffix(" %")) for row in rows]
    assert chances == sorted(chances)


async def test_everything_is_exported(page, job, tmp_path):
    await run(page, job, SAMPLE)
    page._export.trigger()
    dialog = page.findChild(QFileDialog)
    assert "Titanic tested.csv" in dialog.selectedFiles()[0]
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("out.csv")
    dialog.accept()
    await eventually(lambda: bool(page._notice.text))
    assert page._notice.text.startswith("Saved 891 rows")
    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 891
    assert {"truth", "prediction", "probability"} <= set(table[0])


async def test_a_file_that_cannot_be_written_is_said(page, job, tmp_path):
    await run(page, job, SAMPLE)
    await page.export(tmp_path / "no" / "such" / "folder.csv")
    assert "could not be written" in page._notice.text
    assert page._export.isEnabled()
    assert page._result.isVisible()


async def test_rows_that_cannot_be_used_are_told(page, job, tmp_path):
    path = tmp_path / "broken.csv"
    path.write_text(BROKEN)
    await run(page, job, path)
    assert page._cards["samples"].value == "6"
    assert page._cards["left_out"].value == "4"
    assert page._problems_card.isVisible()


async def test_data_that_cannot_be_used_are_said_to_be(page, job, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("name\nx\n")
    await run(page, job, path)
    assert job.state == "failed"
    assert "lacks these columns" in page._notice.text
    assert page._again.isVisible()
    assert not page._problems_card.isVisible()
    assert page._expected_card.isVisible()
    path.write_text(BROKEN)
    page._again.trigger()
    await eventually(lambda: job.state == "done")
    assert not page._notice.text


async def test_the_data_used_last_are_offered(page, job, theme, memory, last, errands):
    await run(page, job, SAMPLE)
    await eventually(lambda: last.path("test", "titanic") is not None)
    memory.save(titanic_model("Another", model_id="a" * 16))
    await enter(page, "a" * 16)
    await eventually(page._start_card.isVisible)
    assert page.title.text() == "Test “Another”"
    assert not page._result.isVisible()
    page._start.trigger()
    await eventually(lambda: job.state == "done")
    assert not page._start_card.isVisible()


async def test_a_model_that_is_gone_is_said_to_be(page, memory, qtbot):
    memory.delete(MODEL)
    page.entered(MODEL)
    await eventually(page._none.isVisible)
    assert page._none._title.text() == "This model no longer exists"
    assert MODEL not in page._none._text.text()
    assert not page._choice.isVisible()
    assert not page._expected_card.isVisible()
    went = []
    page.show_models.connect(lambda: went.append(True))
    page._to_models.trigger()
    assert went == [True]


@pytest.mark.usefixtures("real_children")
async def test_a_test_under_way_can_be_given_up(page, job):
    page._choice.choose(SAMPLE)
    assert page._progress.isVisible()
    await eventually(lambda: job.is_loading)
    page._cancel.trigger()
    assert job.state == "idle"
    assert not page._progress.isVisible()
