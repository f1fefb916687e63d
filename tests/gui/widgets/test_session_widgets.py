"""What is said of a session beside its page: the chip, the table of participants, the verdict."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from disco_desktop.app.processes.worker_messages import Started
from disco_desktop.app.training.session import CurrentSession
from disco_desktop.engine.events import Attendee, BatchTrained, RosterChanged, StatusChanged
from disco_desktop.gui.item_models.participants import MOST_CHANGES
from disco_desktop.gui.main_window import Place
from disco_desktop.gui.widgets.chips import SessionChip
from disco_desktop.gui.widgets.notice import Verdict
from disco_desktop.gui.widgets.participants_table import ParticipantsTable
from tests.gui.sessions import begun, happened, plan
from tests.gui.titanic import TASK


@pytest.fixture
async def current() -> CurrentSession:
    return CurrentSession()


@pytest.fixture
async def chip(current, navigator, home_window) -> SessionChip:
    made = SessionChip(current, navigator)
    home_window.setCentralWidget(made)
    home_window.show()
    made.hide()
    return made


@pytest.fixture
async def table(theme, keys, home_window) -> ParticipantsTable:
    made = ParticipantsTable(theme, keys)
    home_window.setCentralWidget(made)
    home_window.show()
    made.hide()
    return made


async def test_the_chip_is_there_while_a_training_is_under_way(
    chip, current, navigator, tmp_path, qtbot
):
    session = begun(current, plan(tmp_path))
    qtbot.waitUntil(chip.isVisible)
    assert chip.accessibleDescription() == "Titanic: Connecting"
    batch = BatchTrained(round=1, epoch=3, batch=1, batches=2, loss=1.0, accuracy=0.5, samples=30)
    happened(session, StatusChanged(status="local training"), batch)
    qtbot.waitUntil(lambda: chip._state.text() == "Training")
    assert chip._bar.value() == 625
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert navigator.place == Place("train", "titanic")
    navigator.back()
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert navigator.place == Place("train", "titanic")
    session._go("stopped")
    qtbot.waitUntil(lambda: not chip.isVisible())


async def test_the_chip_names_a_task_from_elsewhere_as_plain_text(chip, current, tmp_path, qtbot):
    display = replace(TASK.display, title="<b>A\u202e" + "very long title " * 20)
    begun(current, plan(tmp_path, task=replace(TASK, display=display)))
    qtbot.waitUntil(chip.isVisible)
    assert chip._title.textFormat() == Qt.TextFormat.PlainText
    assert chip._title.text().startswith("<b>A\ufffd")
    assert chip._title.fontMetrics().horizontalAdvance(chip._title.text()) <= chip.width()


def somebody(name: str, presence: str = "training") -> Attendee:
    return Attendee(node=name * 16, presence=presence, since=0.0)


def rows(table: ParticipantsTable) -> list[tuple[str, str]]:
    model = table.model()
    return [
        (model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())
    ]


async def test_oneself_comes_first_then_who_practises_here_and_the_others(table, current, tmp_path):
    session = begun(current, plan(tmp_path, users=2, scheme="federated"))
    table.show_session(session)
    assert not table.isVisible()
    happened(session, RosterChanged(present=[somebody("c"), somebody("b"), somebody("a")]))
    for number, node in ((1, "a" * 16), (2, "b" * 16)):
        session._take(number, Started(node=node, session=1, training=8, validation=2))
    table.show_session(session)
    assert table.isVisible()
    assert rows(table) == [
        ("You", "Training"), ("Participant cccc cccc", "Training"),
        ("No. 2, here", "Training"),
    ]  # fmt: skip
    happened(session, RosterChanged(present=[somebody("c", "away")], gone=["b" * 16]))
    table.show_session(session)
    assert rows(table) == [
        ("You", "Training"), ("Participant cccc cccc", "Disconnected (waiting)"),
    ]  # fmt: skip
    session._go("finished")
    table.show_session(session)
    assert not table.isVisible()


async def test_a_crowd_is_shown_bit_by_bit_without_being_asked(table, current, tmp_path, qtbot):
    session = begun(current, plan(tmp_path, scheme="federated"))
    crowd = [
        Attendee(node=f"{number:016x}", presence="training", since=0.0)
        for number in range(2 * MOST_CHANGES)
    ]
    happened(session, RosterChanged(present=crowd))
    table.show_session(session)
    assert table.model().rowCount() == MOST_CHANGES
    qtbot.waitUntil(lambda: table.model().rowCount() == 2 * MOST_CHANGES)
    table.grab()


def test_a_verdict_is_read_as_one_and_its_action_is_beside_it(theme, qtbot):
    action = QAction("Go &on")
    verdict = Verdict(theme, action)
    qtbot.addWidget(verdict)
    verdict.show()
    verdict.say("4 of 10 rows cannot be used.", "Leave <b>them</b> out.", "warning")
    assert verdict.accessibleName() == "4 of 10 rows cannot be used. Leave <b>them</b> out."
    assert verdict._more.textFormat() == Qt.TextFormat.PlainText
    button = verdict.findChild(QPushButton)
    with qtbot.waitSignal(action.triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    action.setEnabled(False)
    assert not button.isEnabled()


def test_the_tones_of_a_verdict_differ_in_their_signs_too(theme, qtbot):
    verdict = Verdict(theme, QAction("Continue"))
    qtbot.addWidget(verdict)
    pictures = []
    for tone in ("info", "success", "warning", "danger"):
        verdict.say("All is said.", "", tone)
        image = verdict._picture.pixmap().toImage()
        pictures.append(bytes(image.createAlphaMask().constBits()))
    assert len(set(pictures)) == 4
    light = verdict._picture.pixmap().toImage()
    theme.choose("dark")
    assert verdict._picture.pixmap().toImage() != light
