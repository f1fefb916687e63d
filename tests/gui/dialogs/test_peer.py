"""The dialog of a peer: what it shows, and what a person says there of the peer's key."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton

from disco_desktop.app.processes.worker_messages import PeersTold, Started
from disco_desktop.app.training.known_keys import KnownKeys
from disco_desktop.app.training.selection import Journey
from disco_desktop.app.training.session import CurrentSession
from disco_desktop.engine.events import Attendee, RosterChanged
from disco_desktop.gui.dialogs.peer import PeerDialog
from disco_desktop.gui.pages.train import TrainPage
from disco_desktop.gui.wording import NOTHING
from tests.gui.conftest import eventually
from tests.gui.sessions import begun, happened, peer_state, plan
from tests.gui.titanic import TASK

OWN, NEAR, FAR = "a" * 16, "b" * 16, "c" * 16
NEAR_STATE = peer_state("b", "direct", latency=0.0021, bytes_sent=2_500, bytes_received=10)
FAR_STATE = peer_state("c", "relayed", latency=0.25)
CODE = NEAR_STATE.safety_code


def attendee(node: str) -> Attendee:
    return Attendee(node=node, presence="training", since=time.time())


@pytest.fixture
async def session(tmp_path, page):
    made = begun(page._current, plan(tmp_path, scheme="decentralized"))
    made._take(1, Started(node=OWN, session=1, training=8, validation=2))
    happened(made, RosterChanged(present=[attendee(node) for node in (OWN, NEAR, FAR)]))
    made._take(1, PeersTold(peers=(NEAR_STATE, FAR_STATE)))
    page.show_journey(Journey(TASK), together="")
    return made


@pytest.fixture
async def page(theme, keys, errands, home_window, qtbot) -> TrainPage:
    made = TrainPage(theme, CurrentSession(), keys, errands)
    home_window.setCentralWidget(made)
    home_window.show()
    qtbot.waitExposed(home_window)
    return made


@pytest.fixture
async def dialog(page, session):
    """The dialog of the peer that is reached directly, opened with the keyboard."""
    return opened(page, row=1)


def opened(page: TrainPage, *, row: int) -> PeerDialog:
    table = page._participants
    table.setCurrentIndex(table.participants.index(row, 0))
    table._open_row(table.currentIndex())
    return page.findChildren(PeerDialog)[-1]


def key_column(page: TrainPage) -> list[str]:
    rows = page._participants.participants
    last = rows.columnCount() - 1
    return [rows.index(row, last).data() for row in range(rows.rowCount())]


def buttons(dialog: PeerDialog) -> set[str]:
    return {
        one.text().replace("&", "")
        for one in dialog.findChildren(QPushButton)
        if not one.isHidden() and one.isVisibleTo(dialog) and one.text() != "Details"
    }


async def test_enter_a_double_click_and_the_menu_open_a_peer_and_never_oneself(
    page, session, qtbot
):
    table, asked = page._participants, []
    table.opened.connect(asked.append)
    table.opened.disconnect(page._show_peer)
    table.setCurrentIndex(table.participants.index(0, 0))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert asked == []
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    place = table.visualRect(table.participants.index(2, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked == [NEAR, FAR]
    table.setCurrentIndex(table.participants.index(1, 0))
    table.customContextMenuRequested.emit(place)
    menu = page.window().findChild(QMenu)
    assert [action.text() for action in menu.actions()] == ["&Show participant and key…"]
    menu.actions()[0].trigger()
    menu.close()
    assert asked == [NEAR, FAR, FAR]
    own = table.visualRect(table.participants.index(0, 0)).center()
    table.customContextMenuRequested.emit(own)
    assert [one for one in table.findChildren(QMenu) if one.isVisible()] == []


async def test_it_shows_how_a_peer_is_reached_and_the_code(dialog):
    assert dialog.windowTitle() == "Participant bbbb bbbb"
    shown = {name.text(): value.text() for name, value in dialog._facts._labels}
    assert shown == {
        "Connection": "direct", "State": "Training", "Sent": "2.5 kB", "Received": "10 B",
        "Round trip": "2.1 ms",
    }  # fmt: skip
    assert dialog.code.text().split() == CODE.split()
    assert dialog.code.accessibleName() == f"Safety code: {CODE}"
    assert dialog.code.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert dialog.name.accessibleName()
    assert "nobody has checked" in dialog._notice.text
    assert buttons(dialog) == {"They are different", "The codes are the same", "Close"}
    dialog.accept()


async def test_a_peer_that_was_confirmed_has_its_name_now_and_in_the_next_run(
    dialog, page, keys, tmp_path, qtbot
):
    assert key_column(page) == [NOTHING, "not confirmed", "not confirmed"]
    qtbot.keyClicks(dialog.name, "Anna, Geneva")
    same = next(one for one in dialog.findChildren(QPushButton) if one.text().endswith("&same"))
    same.setFocus()
    qtbot.keyClick(same, Qt.Key.Key_Return)
    await eventually((tmp_path / "profile" / "known_keys.json").exists)
    assert key_column(page)[1] == "confirmed"
    assert page._participants.participants.index(1, 0).data() == "Anna, Geneva"
    assert dialog.windowTitle() == "Anna, Geneva"
    assert "not even the server" in dialog._notice.text
    assert buttons(dialog) == {"They are different", "Forget", "Close"}
    known = KnownKeys(tmp_path / "profile").find(TASK.id, NEAR_STATE.public_key)
    assert known is not None
    assert (known.name, known.verdict) == ("Anna, Geneva", "confirmed")
    dialog.accept()


async def test_a_peer_that_was_confirmed_before_is_shown_so_at_once(
    theme, errands, session, keys, tmp_path, home_window
):
    await keys.note(TASK.id, NEAR_STATE.public_key, name="Anna, Geneva", verdict="confirmed")
    again = TrainPage(theme, CurrentSession(), KnownKeys(tmp_path / "profile"), errands)
    home_window.setCentralWidget(again)
    again._current.session = session
    again.show_journey(Journey(TASK), together="")
    assert key_column(again) == [NOTHING, "confirmed", "not confirmed"]
    assert again._participants.participants.index(1, 0).data() == "Anna, Geneva"


async def test_enter_in_the_field_judges_nothing(dialog, keys, qtbot):
    dialog.name.setFocus()
    qtbot.keyClicks(dialog.name, "Anna")
    with qtbot.waitSignal(dialog.finished):
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert keys.find(TASK.id, NEAR_STATE.public_key) is None


async def test_what_was_confirmed_is_forgotten_on_request(dialog, page, keys, tmp_path):
    dialog.same.trigger()
    await eventually(lambda: key_column(page)[1] == "confirmed")
    dialog.forget.trigger()
    await eventually(lambda: key_column(page)[1] == "not confirmed")
    assert dialog.windowTitle() == "Participant bbbb bbbb"
    assert buttons(dialog) == {"They are different", "The codes are the same", "Close"}
    dialog.accept()


async def test_codes_that_differ_are_said_to_be_dangerous_and_one_can_leave(dialog, page, qtbot):
    dialog.differ.trigger()
    await eventually(lambda: key_column(page)[1] == "refused")
    assert "Leave the training" in dialog._notice.text
    assert dialog._notice.property("tone") == "danger"
    assert buttons(dialog) == {
        "The codes are the same", "Forget", "Leave the training", "Close"
    }  # fmt: skip
    with qtbot.waitSignal(page.stop):
        dialog.leave_training.trigger()
    assert not dialog.isVisible()


async def test_another_key_where_one_was_confirmed_is_said_plainly(page, session, keys):
    await keys.note(TASK.id, b"g" * 32, name="Anna, Geneva", verdict="confirmed")
    dialog = opened(page, row=1)
    assert dialog._standing.text() == "not confirmed"
    assert "You have confirmed Anna, Geneva for this task" in dialog._notice.text
    dialog.name.setText("Anna, Geneva")
    dialog.same.trigger()
    await eventually(lambda: key_column(page)[1] == "confirmed")
    assert "another key" not in dialog._notice.text
    assert keys.find(TASK.id, b"g" * 32) is None
    dialog.accept()


async def test_a_key_that_is_confirmed_says_nothing_of_those_who_are_here(page, session, keys):
    await keys.note(TASK.id, FAR_STATE.public_key, name="Ben", verdict="confirmed")
    dialog = opened(page, row=1)
    assert "another key" not in dialog._notice.text
    dialog.accept()


async def test_the_dialog_follows_what_happens(dialog, session, qtbot):
    session._take(1, PeersTold(peers=(structs.replace(NEAR_STATE, way="relayed"), FAR_STATE)))
    way = dialog._facts._labels[0][1]
    qtbot.waitUntil(lambda: way.text() == "via server")
    happened(session, RosterChanged(gone=[NEAR]))
    qtbot.waitUntil(lambda: dialog._facts._labels[1][1].text() == "Left")
    assert dialog.code.text().split() == CODE.split()
    dialog.accept()


async def test_a_peer_that_comes_under_the_same_id_with_another_key_is_not_the_one_that_is_shown(
    dialog, session, keys, page, qtbot
):
    other = structs.replace(
        NEAR_STATE, public_key=b"x" * 32, safety_code=FAR_STATE.safety_code, way="relayed"
    )
    session._take(1, PeersTold(peers=(other, FAR_STATE)))
    qtbot.waitUntil(lambda: dialog._facts._labels[1][1].text() == "Left")
    dialog.same.trigger()
    await eventually(lambda: keys.find(TASK.id, NEAR_STATE.public_key) is not None)
    assert keys.find(TASK.id, other.public_key) is None
    assert key_column(page)[1] == "not confirmed"
    dialog.accept()


async def test_a_participant_of_this_computer_needs_no_comparison(page, session, qtbot):
    own = session.log.participants[0]
    session.log.participants.append(
        replace(own, number=2, started=structs.replace(own.started, node=NEAR))
    )
    page._participants._keys_changed()
    dialog = opened(page, row=1)
    assert key_column(page)[1] == "this computer"
    assert buttons(dialog) == {"Close"}
    dialog.accept()


async def test_a_name_from_a_file_does_nothing(page, session, keys):
    await keys.note(TASK.id, NEAR_STATE.public_key, name="\u202eevil\x1b[2J", verdict="confirmed")
    assert "\u202e" not in page._participants.participants.index(1, 0).data()
    dialog = opened(page, row=1)
    assert "\x1b" not in dialog.windowTitle()
    dialog.accept()


async def test_a_full_disk_is_told(dialog, told, page, tmp_path):
    (tmp_path / "profile").write_text("a file where the folder should be")
    dialog.same.trigger()
    await eventually(lambda: bool(told))
    assert key_column(page)[1] == "confirmed"
    dialog.accept()
