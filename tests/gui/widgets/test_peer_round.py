"""How peers are reached, and what an exchange between them is, as a person sees it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from disco_desktop.app.processes.worker_messages import Happened, PeersTold
from disco_desktop.app.training.folder import TrainingFolder
from disco_desktop.app.training.session import CurrentSession
from disco_desktop.engine.events import Attendee, RosterChanged
from disco_desktop.engine.task.task import SecureAggregation
from disco_desktop.gui.item_models.participants import (
    ParticipantRow,
    ParticipantsModel,
    peer_columns,
)
from disco_desktop.gui.widgets.participants_table import ParticipantsTable
from disco_desktop.gui.widgets.peers import PeerRound
from disco_desktop.gui.wording import NOTHING
from tests.gui.pages.test_leaves import plan
from tests.gui.sessions import peer_state

if TYPE_CHECKING:
    from disco_desktop.app.words.sentences import KeyStanding
    from disco_desktop.engine.client.ledger import PeerState

NEAR = peer_state("a", "direct", latency=0.0021, bytes_sent=2_500, bytes_received=10)
FAR = peer_state("b", "relayed", latency=0.25)
AWAY = peer_state("c", None)


@pytest.fixture
async def current():
    made = CurrentSession()
    yield made
    await made.close()


def session_of(current, tmp_path, *, scheme="decentralized", is_secure=False):
    made = plan(tmp_path, scheme)
    if is_secure:
        together = msgspec.structs.replace(
            made.task.collaboration,
            scheme="decentralized",
            minimum_participants=3,
            aggregation=SecureAggregation(),
        )
        task = msgspec.structs.replace(made.task, collaboration=together)
        made = msgspec.structs.replace(made, task=task)
    return current.begin(TrainingFolder.begin(made))


def columns_of(peer: PeerState | None, key: KeyStanding = "unconfirmed") -> list[str]:
    model = ParticipantsModel(peer_columns())
    attendee = Attendee(node="a" * 16, presence="training", since=time.time())
    model.show_rows([ParticipantRow(attendee, "Anna", peer, key)])
    return [model.index(0, place).data() for place in range(3, model.columnCount())]


def test_a_row_tells_way_latency_bytes_and_key(qapp):
    assert columns_of(NEAR) == ["direct", "2.1 ms", "2.5 kB", "10 B", "not confirmed"]
    assert columns_of(FAR)[:2] == ["via server", "250.0 ms"]
    assert columns_of(AWAY)[:2] == ["not reachable", NOTHING]
    assert columns_of(None) == [NOTHING] * 5
    assert columns_of(NEAR, "confirmed")[-1] == "confirmed"
    assert columns_of(NEAR, "refused")[-1] == "refused"
    assert columns_of(NEAR, "here")[-1] == "this computer"


async def test_the_table_has_the_columns_of_peers_only_between_peers(
    theme, current, keys, tmp_path, qtbot
):
    table = ParticipantsTable(theme, keys)
    qtbot.addWidget(table)
    for scheme, is_hidden in (("decentralized", False), ("federated", True)):
        session = session_of(current, tmp_path, scheme=scheme)
        table.show_session(session)
        assert table.isColumnHidden(3) == is_hidden
        await session.stop()


async def test_what_an_exchange_is_follows_the_task(theme, current, tmp_path, qtbot):
    shown = PeerRound(theme)
    qtbot.addWidget(shown)
    for is_secure, title in ((False, "Directly between"), (True, "Nobody sees your update")):
        session = session_of(current, tmp_path, is_secure=is_secure)
        session._take(1, PeersTold(peers=(NEAR, FAR, AWAY), clipped_share=0.0042))
        shown.show_session(session)
        assert not shown.isHidden()
        assert shown._title.text().startswith(title)
        assert "0.42 %" in shown._more.text()
        assert shown._drawing.accessibleDescription() == (
            "1 connected directly, 1 via the server, 1 not yet"
        )
        await session.stop()
    session = session_of(current, tmp_path, scheme="federated")
    shown.show_session(session)
    assert shown.isHidden()
    await session.stop()


async def test_the_drawing_shows_who_is_ready_and_which_way_leads_there(
    theme, current, tmp_path, qtbot
):
    shown = PeerRound(theme)
    qtbot.addWidget(shown)
    session = session_of(current, tmp_path)
    session._take(1, PeersTold(peers=(NEAR, FAR)))
    shown.show_session(session)
    before = shown._drawing.grab().toImage()
    ready = Attendee(node=NEAR.participant, presence="contributed", since=time.time())
    session._take(1, Happened(event=RosterChanged(present=(ready,))))
    shown.show_session(session)
    after = shown._drawing.grab().toImage()
    assert after != before
    session._take(1, PeersTold(peers=(NEAR, msgspec.structs.replace(FAR, way="direct"))))
    shown.show_session(session)
    assert shown._drawing.grab().toImage() != after
    await session.stop()
