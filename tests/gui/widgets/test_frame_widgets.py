"""What frames the pages: steps, sidebar, notices, facts, figures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QPushButton, QSpinBox

from disco_desktop.gui.main_window import Place
from disco_desktop.gui.widgets.card import StatCard
from disco_desktop.gui.widgets.notice import Notice
from disco_desktop.gui.widgets.sidebar import Sidebar
from disco_desktop.gui.widgets.stepper import Step, Stepper
from disco_desktop.gui.widgets.text import Facts, Text

STEPS = (
    Step(name="task", title="Task", is_done=True),
    Step(name="data", title="Data"),
    Step(name="train", title="Train", obstacle="Choose data first."),
)
PLACES = (
    ("home", "Home", "home"),
    ("tasks", "Tasks", "tasks"),
    ("", "", ""),
    ("help", "Help", "help"),
)


@pytest.fixture
def stepper(theme, qtbot) -> Stepper:
    made = Stepper(theme)
    qtbot.addWidget(made)
    made.show_steps(STEPS, "data")
    made.show()
    return made


def buttons(widget) -> list[QAbstractButton]:
    return widget.findChildren(QAbstractButton)


def test_a_step_that_cannot_be_gone_to_says_why(stepper, qtbot):
    chosen = []
    stepper.chosen.connect(chosen.append)
    task, data, train = buttons(stepper)
    assert (train.isEnabled(), train.toolTip()) == (False, "Choose data first.")
    assert [one.accessibleDescription() for one in (task, data, train)] == [
        "done", "current", "Choose data first.",
    ]  # fmt: skip
    qtbot.mouseClick(train, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(task, Qt.MouseButton.LeftButton)
    assert chosen == ["task"]


def test_a_step_is_gone_to_with_the_keyboard(stepper, qtbot):
    chosen = []
    stepper.chosen.connect(chosen.append)
    task, _, train = buttons(stepper)
    assert task.focusPolicy() == Qt.FocusPolicy.StrongFocus
    qtbot.keyClick(task, Qt.Key.Key_Space)
    qtbot.keyClick(train, Qt.Key.Key_Space)
    assert chosen == ["task"]


def test_steps_that_are_shown_already_are_left_alone(stepper):
    before = buttons(stepper)
    stepper.show_steps(STEPS, "data")
    assert buttons(stepper) == before


def test_the_sidebar_goes_to_places_and_marks_where_one_is(theme, navigator, qtbot):
    sidebar = Sidebar(navigator, theme, PLACES)
    qtbot.addWidget(sidebar)
    by_name = {one.text(): one for one in sidebar.findChildren(QPushButton)}
    assert list(by_name) == ["Home", "Tasks", "Help"]
    qtbot.mouseClick(by_name["Tasks"], Qt.MouseButton.LeftButton)
    assert navigator.place.page == "tasks"
    sidebar.show_place(Place("data", "titanic"), belongs_to="tasks")
    assert [name for name, one in by_name.items() if one.isChecked()] == ["Tasks"]
    sidebar.show_place(Place("welcome"), belongs_to="")
    assert not any(one.isChecked() for one in by_name.values())


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_the_icon_of_where_one_is_has_another_colour(theme, navigator, qtbot, choice):
    sidebar = Sidebar(navigator, theme, PLACES)
    qtbot.addWidget(sidebar)
    theme.choose(choice)
    button = sidebar.findChild(QPushButton)
    colours = []
    for is_checked in (False, True):
        button.setChecked(is_checked)
        state = QIcon.State.On if button.isChecked() else QIcon.State.Off
        image = button.icon().pixmap(QSize(20, 20), QIcon.Mode.Normal, state).toImage()
        inked = [image.pixelColor(x, y) for x in range(20) for y in range(20)]
        colours.append(max(inked, key=lambda colour: colour.alpha()).name())
    assert colours == [theme.tokens.muted.lower(), theme.tokens.accent.lower()]


def test_a_notice_tells_details_to_who_asks(theme, qtbot):
    again = QAction("Try &again")
    notice = Notice(theme, again)
    qtbot.addWidget(notice)
    assert notice.isHidden()
    assert notice.text == ""
    notice.say("<b>It failed.</b>", "danger", details="[Errno 111]")
    details = notice.findChild(QPlainTextEdit)
    more = next(one for one in notice.findChildren(QPushButton) if one.text() == "Details")
    assert notice.text == "<b>It failed.</b>"
    assert notice.findChild(Text).textFormat() == Qt.TextFormat.PlainText
    assert not details.isVisible()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert details.isVisible()
    assert details.toPlainText() == "[Errno 111]"
    with qtbot.waitSignal(again.triggered):
        qtbot.mouseClick(
            next(one for one in notice.findChildren(QPushButton) if "again" in one.text()),
            Qt.MouseButton.LeftButton,
        )
    notice.say("All is well.")
    assert not details.isVisible()
    assert not more.isVisible()


def test_facts_keep_their_labels_where_only_words_change(qtbot):
    facts = Facts([("Rounds", "5"), ("Validation", "20 %")])
    qtbot.addWidget(facts)
    before = facts.findChildren(Text)
    facts.show_facts([("Rounds", "7"), ("Weighting", "equal")])
    assert facts.findChildren(Text) == before
    assert [one.text() for one in before] == ["Rounds", "7", "Weighting", "equal"]
    spin = QSpinBox()
    facts.show_facts([("Epochs", spin)])
    shown = [one.text() for one in facts.findChildren(Text) if not one.isHidden()]
    assert shown == ["Epochs"]
    assert spin.parentWidget() is facts


def test_a_figure_is_read_with_its_name(qtbot):
    card = StatCard("Round")
    qtbot.addWidget(card)
    card.show_value("2 / 5", "of this session")
    assert card.value == "2 / 5"
    assert card.accessibleName() == "Round: 2 / 5 of this session"
