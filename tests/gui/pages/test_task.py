"""A task's page: what is said of it, and what one may choose for oneself."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from disco_desktop.app.training.selection import Journey
from disco_desktop.gui.pages.task import TaskPage
from disco_desktop.gui.widgets.text import Badge
from tests.gui.titanic import TASK
from tests.nuclei import nuclei_task

LEAST = f"at least {TASK.collaboration.minimum_participants}"


@pytest.fixture
def page(theme, home_window) -> TaskPage:
    made = TaskPage(theme)
    home_window.setCentralWidget(made)
    home_window.show()
    return made


@pytest.fixture
def journey(page) -> Journey:
    made = Journey(TASK)
    page.show_journey(made)
    return made


def words(page: TaskPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


@pytest.mark.usefixtures("journey")
def test_it_says_what_is_learnt_and_how(page):
    shown = words(page)
    assert page.title.text() == "Titanic"
    assert page.subtitle.text() == TASK.display.summary
    for expected in ("What the model learns", "Participants", LEAST, "after every 2 epochs", "5"):
        assert expected in shown
    badges = [badge.text() for badge in page.findChildren(Badge) if badge.isVisible()]
    assert badges == ["table", "via server"]


def test_own_figures_are_kept_only_where_they_differ_from_the_tasks(page, journey, qtbot):
    training = TASK.training
    assert (page._epochs.value(), page._batch_size.value()) == (10, 30)
    assert page._rounds.text() == "This makes 5 rounds with the others."
    page._epochs.setFocus()
    page._epochs.selectAll()
    qtbot.keyClicks(page._epochs, "3")
    qtbot.keyClick(page._epochs, Qt.Key.Key_Return)
    assert (journey.epochs, journey.batch_size) == (3, None)
    assert page._rounds.text() == "This makes 2 rounds with the others."
    page._batch_size.setValue(8)
    assert (journey.epochs, journey.batch_size) == (3, 8)
    page._epochs.setValue(training.epochs)
    page._batch_size.setValue(training.batch_size)
    assert (journey.epochs, journey.batch_size) == (None, None)


def test_the_weights_of_the_best_epoch_are_kept_where_somebody_wants_them(page, journey, qtbot):
    keeps = page._keeps
    assert (keeps.currentText(), journey.keeps) == ("the last epoch", None)
    keeps.setFocus()
    qtbot.keyClick(keeps, Qt.Key.Key_Down)
    assert (keeps.currentText(), journey.keeps) == ("the best epoch", "best")
    assert "validation" in keeps.itemData(1, Qt.ItemDataRole.ToolTipRole)
    page.show_journey(Journey(replace(TASK, id="other")))
    assert keeps.currentText() == "the last epoch"
    page.show_journey(journey)
    assert (keeps.currentText(), journey.keeps) == ("the best epoch", "best")
    qtbot.keyClick(keeps, Qt.Key.Key_Up)
    assert journey.keeps == "last"


def test_showing_a_task_chooses_nothing(page, journey):
    told = []
    own = Journey(replace(TASK, id="own"))
    own.choose_training(epochs=7, batch_size=5)
    for one in (journey, own):
        one.observe(lambda: told.append(True))
    page.show_journey(own)
    assert (page._epochs.value(), page._batch_size.value()) == (7, 5)
    page.show_journey(journey)
    assert (page._epochs.value(), page._batch_size.value()) == (10, 30)
    assert told == []
    assert (own.epochs, own.batch_size) == (7, 5)


@pytest.mark.usefixtures("journey")
def test_one_goes_on_to_choose_data(page, qtbot):
    button = next(one for one in page.findChildren(QPushButton) if "data" in one.text())
    with qtbot.waitSignal(page.go_on) as told:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told.args == ["titanic"]


def test_nothing_of_another_task_is_shown_until_this_one_is_there(page, journey, qtbot):
    page.entered("titanic")
    assert page.outer.isVisible()
    page.entered("nuclei")
    assert not page.outer.isVisible()
    assert not page.isEnabled()
    page._epochs.setValue(2)
    page._keeps.activated.emit(1)
    assert (journey.epochs, journey.keeps) == (None, None)
    page.show_journey(Journey(nuclei_task()))
    assert page.outer.isVisible()
    assert page.isEnabled()


def test_text_from_elsewhere_is_plain(page):
    display = replace(
        TASK.display, title="<b>Ti\u202etanic</b>", overview="<img src='x'>\n\nSecond"
    )
    page.show_journey(Journey(replace(TASK, display=display)))
    assert page.title.text() == "<b>Ti\ufffdtanic</b>"
    assert page._overview.textFormat() == Qt.TextFormat.PlainText
    assert "<img src='x'>" in page._overview.text()
