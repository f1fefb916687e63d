"""The data page with real assistants, on the Titanic's passengers and on broken tables."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import psutil
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from disco_desktop.app.library.data import LastData
from disco_desktop.app.processes.assistant_job import DataCheck
from disco_desktop.gui.item_models.rows import TONE
from disco_desktop.gui.pages.data import DataPage
from tests.gui.conftest import eventually
from tests.gui.titanic import BROKEN, SAMPLE, TASK

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
async def check() -> DataCheck:
    made = DataCheck()
    yield made
    await made.close()


@pytest.fixture
def last(tmp_path) -> LastData:
    return LastData(tmp_path / "home")


@pytest.fixture
async def page(theme, check, last, errands, home_window) -> DataPage:
    made = DataPage(theme, check, last, errands)
    home_window.setCentralWidget(made)
    home_window.show()
    made.show_task(TASK)
    return made


@pytest.fixture
def broken(tmp_path) -> Path:
    path = tmp_path / "broken.csv"
    path.write_text(BROKEN)
    return path


async def checked(page: DataPage, check: DataCheck, path: Path) -> None:
    page.choose(path)
    await eventually(lambda: check.state in ("done", "failed"))
    assert check.state == "done"


def column(page: DataPage, place: int) -> list[str]:
    model = page._rows
    return [model.index(row, place).data() for row in range(model.rowCount())]


async def test_it_begins_with_what_is_expected_and_sample_data(page, check, last):
    chosen = []
    page.chosen.connect(chosen.append)
    assert page._choice.zone.isVisible()
    assert page._expected_card.isVisible()
    assert not page._verdict.isVisible()
    assert not page._next.isEnabled()
    await eventually(page._choice._use_sample.isVisible)
    assert page._expected.index(0, 4).data() == "22"
    page._choice._use_sample.trigger()
    await eventually(lambda: check.state == "done")
    assert page._verdict.text == "All 891 rows can be used."
    assert [page._cards[name].value for name in ("rows", "training", "validation")] == [
        "891", "705", "186",
    ]  # fmt: skip
    assert "died: 549" in page._balance.accessibleDescription()
    assert page._problems_title.text() == "2 notes"
    assert page._choice._name.text() == "Sample data"
    assert not page._expected_card.isVisible()
    assert [(told.task_id, told.path) for told in chosen] == [("titanic", SAMPLE)]
    assert chosen[0].report.is_usable
    await eventually(lambda: last.path("training", "titanic") == SAMPLE)


async def test_rows_that_cannot_be_used_are_left_out_when_one_agrees(page, check, broken, qtbot):
    await checked(page, check, broken)
    assert page._verdict.text == "4 of 10 rows cannot be used."
    assert page._next.text() == "&Leave these out and continue"
    assert page._problems_title.text() == "5 problems found"
    went = []
    page.go_on.connect(went.append)
    process = check._process.id
    page._next.trigger()
    assert went == ["titanic"]
    assert not page._preview_card.isVisible()
    await check.close()
    assert not psutil.pid_exists(process)


async def test_the_row_of_a_problem_is_shown_and_its_cell_marked(page, check, broken, qtbot):
    await checked(page, check, broken)
    await eventually(lambda: "x" in column(page, 0))
    codes = [problem.code for problem in check.answer.report.problems]
    page._problem_list.ask_for(codes.index("cell_not_number"), 0)
    assert page._preview.table.currentIndex().row() == 1
    assert page._rows.index(1, 0).data(TONE) == "danger"
    assert page._rows.headerData(1, Qt.Orientation.Vertical) == "3"
    page._problem_list.ask_for(codes.index("row_broken"), 0)
    assert page._preview.table.currentIndex().row() == 5
    assert page._rows.index(5, 0).data() == "unreadable"


async def test_enter_goes_through_the_rows_of_a_problem(page, check, qtbot):
    await checked(page, check, SAMPLE)
    listed = page._problem_list
    listed.setFocus()
    listed.setCurrentIndex(page._problems.index(0))
    for row in (3, 10, 12):
        qtbot.keyClick(listed, Qt.Key.Key_Return)
        assert page._preview.table.currentIndex().row() == row


async def test_a_number_can_be_pressed(page, check, broken, qtbot):
    await checked(page, check, broken)
    listed = page._problem_list
    index = page._problems.index(1)
    listed.scrollTo(index)
    chip = listed._delegate.chips(listed.visualRect(index), index)[0]
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=chip.area.center())
    assert listed.shown == (1, 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name,colour\nx,red\n", "columns_missing"),
        ("Age,SibSp,Parch,Fare,Pclass,Survived\n", "no_rows"),
        ("", "file_empty"),
    ],
)
async def test_useless_data_are_said_to_be_and_nothing_goes_on(page, check, tmp_path, text, code):
    path = tmp_path / "useless.csv"
    path.write_text(text)
    chosen = []
    page.chosen.connect(chosen.append)
    await checked(page, check, path)
    assert page._verdict.text == "These data cannot be used for training."
    assert [problem.code for problem in check.answer.report.problems] == [code]
    assert not page._next.isEnabled()
    assert page._next.statusTip() == "These data cannot be used for training."
    assert page._expected_card.isVisible()
    assert not page._preview_card.isVisible()
    assert not chosen[0].report.is_usable


async def test_reading_can_be_given_up(page, check, tmp_path):
    header, *rows = (SAMPLE / "titanic.csv").read_text().splitlines()
    path = tmp_path / "long.csv"
    path.write_text("\n".join([header, *itertools.islice(itertools.cycle(rows), 300_000)]))
    page.choose(path)
    await eventually(lambda: check.reading is not None and check.reading.rows > 0)
    assert page._progress.isVisible()
    assert "long.csv" in page._progress._what.text()
    assert page._progress._more.text().endswith("rows")
    page._stop.trigger()
    assert not page._progress.isVisible()
    assert page._choice.zone.isVisible()
    assert not page._stop.isEnabled()


async def test_what_was_used_last_is_checked_without_asking(
    theme, check, last, errands, home_window
):
    await last.remember("training", "titanic", SAMPLE)
    page = DataPage(theme, check, last, errands)
    home_window.setCentralWidget(page)
    page.show_task(TASK)
    await eventually(lambda: check.state == "done")
    assert page._next.isEnabled()


async def test_what_was_used_last_and_is_gone_is_said_to_be(
    theme, check, last, errands, home_window, tmp_path
):
    await last.remember("training", "titanic", tmp_path / "gone.csv")
    page = DataPage(theme, check, last, errands)
    home_window.setCentralWidget(page)
    home_window.show()
    page.show_task(TASK)
    await eventually(lambda: bool(page._notice.text))
    assert "gone.csv" in page._notice.text
    assert check.state == "idle"
    assert page._choice.zone.isVisible()


async def test_who_comes_back_after_training_finds_the_data_read_anew(page, check, broken):
    await checked(page, check, broken)
    page._next.trigger()
    broken.write_text(BROKEN.replace("x,1,0", "23,1,0"))
    page.show_task(TASK)
    await eventually(lambda: check.state == "done" and check.rows is not None)
    assert page._verdict.text == "3 of 10 rows cannot be used."


async def test_who_only_looks_elsewhere_finds_everything_as_it_was(page, check, broken):
    await checked(page, check, broken)
    answer = check.answer
    page.show_task(TASK)
    assert check.answer is answer
    assert check.rows is not None


async def test_another_task_has_its_own_data(page, check, broken):
    await checked(page, check, broken)
    display = replace(TASK.display, title="Other")
    page.show_task(replace(TASK, id="other", display=display))
    assert check.state == "idle"
    assert page._choice.zone.isVisible()
    assert not page._preview_card.isVisible()


async def test_files_are_dropped(page, check, broken):
    page.choose(SAMPLE)
    await eventually(lambda: check.state == "done")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(broken))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(page._choice, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(page._choice, drop)
    await eventually(lambda: check.state == "done")
    assert check.answer.report.files == ["broken.csv"]


async def test_a_file_is_picked(page, check, broken):
    page._choice._file.trigger()
    dialog = page.findChild(QFileDialog)
    dialog.setDirectory(str(broken.parent))
    dialog.selectFile(str(broken))
    dialog.accept()
    await eventually(lambda: check.state == "done")
    assert check.answer.report.files == ["broken.csv"]


@pytest.mark.usefixtures("real_children")
async def test_a_killed_assistant_is_said_and_tried_again(page, check, broken):
    await checked(page, check, broken)
    await eventually(lambda: check.rows.row(0) is not None)
    psutil.Process(check._process.id).kill()
    check.rows.look_at(check.rows.view, check.rows.count)
    check.rows.row(0)
    await eventually(lambda: check.state == "failed")
    assert "ended unexpectedly" in page._notice.text
    assert page._again.isVisible()
    page._again.trigger()
    await eventually(lambda: check.state == "done")
    assert not page._notice.text
