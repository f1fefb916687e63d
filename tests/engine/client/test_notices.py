"""What a client has to say is told in order, and of those who take part nothing is lost."""

from __future__ import annotations

import asyncio

from disco_desktop.engine.client.client import LARGEST_QUEUE, Notices
from disco_desktop.engine.client.standing import LARGEST_ROOM, Standing
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.events import (
    Attendee,
    ProblemArose,
    ProblemOver,
    RosterChanged,
    StatusChanged,
)
from disco_desktop.engine.messages import Attendant, ModelReference, Roster, Welcome

PATIENCE = 20.0
ANNA, BEN = "a" * 16, "b" * 16


def attendee(node: str, presence: str = "training") -> Attendee:
    return Attendee(node=node, presence=presence, since=1.0)


def test_only_what_has_changed_of_the_participants_is_told() -> None:
    notices = Notices()
    notices.set_attendees({ANNA: attendee(ANNA), BEN: attendee(BEN)})
    assert notices.take() == RosterChanged(present=(attendee(ANNA), attendee(BEN)))
    notices.set_attendees({ANNA: attendee(ANNA, "paused")})
    assert notices.take() == RosterChanged(present=(attendee(ANNA, "paused"),), gone=(BEN,))
    assert notices.take() is None


def test_changes_that_nobody_has_read_yet_are_told_as_one() -> None:
    notices = Notices()
    for presence in ("training", "contributed", "paused"):
        notices.set_attendees({ANNA: attendee(ANNA, presence)})
    for number in range(LARGEST_QUEUE + 1):
        notices.report(ServerError(f"trouble_{number}"))
    told = []
    while (notice := notices.take()) is not None:
        told.append(notice)
    assert told[-1] == RosterChanged(present=(attendee(ANNA, "paused"),))
    assert len(told) == LARGEST_QUEUE + 1


async def test_a_change_that_is_none_does_not_end_the_waiting() -> None:
    notices = Notices()
    notices.set_attendees({ANNA: attendee(ANNA)})
    notices.take()
    work = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(notices.take_until(work))
    async with asyncio.timeout(PATIENCE):
        notices.set_attendees({ANNA: attendee(ANNA)})
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
        notices.set_status("paused")
        assert await waiting == StatusChanged(status="paused")
        work.set_result(None)
        assert await notices.take_until(work) is None


def standing() -> Standing:
    return Standing(
        Welcome(
            participant=ANNA,
            token="",
            session=1,
            round=0,
            rounds=1,
            model=ModelReference(digest="0" * 64, size=1),
            participants=1,
            minimum=1,
            contributors=0,
        )
    )


def test_a_whole_roster_voids_what_was_before() -> None:
    known = standing()
    known.take(Roster(present=(Attendant(ANNA, "training", 5), Attendant(BEN, "away", 0))))
    known.take(Roster(gone=(BEN, "c" * 16)))
    assert list(known.attendees) == [ANNA]
    known.take(Roster(is_whole=True, present=(Attendant(BEN, "training", 0),)))
    assert list(known.attendees) == [BEN]


def test_a_roster_without_an_end_is_not_kept() -> None:
    known = standing()
    for first in range(0, LARGEST_ROOM + 2_000, 1_000):
        some = (f"{number:016x}" for number in range(first, first + 1_000))
        known.take(Roster(present=tuple(Attendant(node, "training", 0) for node in some)))
    assert len(known.attendees) == LARGEST_ROOM


def test_a_problem_is_told_once_until_it_is_over() -> None:
    notices = Notices()
    for _ in range(2):
        notices.report(ServerError("server_storage"))
    for _ in range(2):
        notices.report_over("server_storage")
    notices.report(ServerError("server_storage"))
    told = [notices.take() for _ in range(4)]
    arose = ProblemArose(code="server_storage", arguments={})
    assert told == [arose, ProblemOver(code="server_storage"), arose, None]
