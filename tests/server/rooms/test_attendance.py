"""Members learn who is there and what each does, whenever it changes and without a flood."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from disco_desktop.engine.messages import (
    LARGEST_MESSAGE,
    LARGEST_ROSTER,
    Attendant,
    Roster,
    encode_message,
)
from disco_desktop.server.rooms.members import Attendance, Member, Membership, Outbox
from tests.server.rooms.test_rooms import (
    ANNA,
    BEN,
    CLEO,
    INITIAL,
    PATIENCE,
    Visitor,
    rooms_in,
    task_of,
)

if TYPE_CHECKING:
    from pathlib import Path


class Known(dict[str, str]):
    """What a visitor knows of the others by what it was told."""

    def take(self, roster: Roster) -> None:
        if roster.is_whole:
            self.clear()
        for participant in roster.gone:
            del self[participant]
        self |= {one.participant: one.presence for one in roster.present}

    async def until(self, visitor: Visitor, expected: dict[str, str]) -> None:
        while self != expected:
            roster = await visitor.told(Roster)
            assert roster is not None
            self.take(roster)


async def test_everybody_learns_what_each_of_the_others_does(tmp_path: Path) -> None:
    async with rooms_in(tmp_path, notice_seconds=0.01) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        anna, ben = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN)]
        known = Known()
        await known.until(anna, {ANNA: "training", BEN: "training"})
        ben.room.set_paused(ben.member, is_paused=True)
        await known.until(anna, {ANNA: "training", BEN: "paused"})
        ben.room.set_paused(ben.member, is_paused=False)
        await ben.contribute([1.0, 0.0])
        await known.until(anna, {ANNA: "training", BEN: "contributed"})
        await anna.contribute([1.0, 1.0])
        await known.until(anna, {ANNA: "training", BEN: "training"})
        ben.room.lost(ben.member)
        await known.until(anna, {ANNA: "training", BEN: "away"})
        cleo = await Visitor.join(rooms, task, CLEO)
        latest = Known()
        everybody = {ANNA: "training", BEN: "away", CLEO: "training"}
        await latest.until(cleo, everybody)
        await known.until(anna, everybody)
        cleo.room.leave(cleo.member)
        await known.until(anna, {ANNA: "training", BEN: "away"})


async def test_who_comes_in_between_misses_nothing(tmp_path: Path) -> None:
    """Ben pauses and resumes so fast that the others never hear of it, while Cleo comes."""
    async with rooms_in(tmp_path, notice_seconds=0.3) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        anna, ben = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN)]
        known = Known()
        await known.until(anna, {ANNA: "training", BEN: "training"})
        ben.room.set_paused(ben.member, is_paused=True)
        cleo = await Visitor.join(rooms, task, CLEO)
        ben.room.set_paused(ben.member, is_paused=False)
        everybody = dict.fromkeys((ANNA, BEN, CLEO), "training")
        await Known().until(cleo, everybody)
        await known.until(anna, everybody)


@pytest.fixture
async def crowd():
    """So many members that they do not fit into one message, and a way to hear what is told."""
    members = Membership(patience=60.0, when_gone=lambda _: None)
    outbox = Outbox(64)
    for number in range(2 * LARGEST_ROSTER + 1):
        members.join(f"{number:016x}", "participant", Outbox(64))
    members.join(ANNA, "observer", outbox)
    attendance = Attendance(members, lambda: frozenset(), seconds=30.0)
    yield members, attendance, outbox
    attendance.close()


async def told(outbox: Outbox, messages: int) -> list[Roster]:
    async with asyncio.timeout(PATIENCE):
        return [await outbox.get() for _ in range(messages)]


async def test_many_are_told_of_in_several_messages(crowd) -> None:
    _, attendance, outbox = crowd
    attendance.tell()
    rosters = await told(outbox, 3)
    assert [len(roster.present) for roster in rosters] == [LARGEST_ROSTER, LARGEST_ROSTER, 1]
    newcomer = Member(BEN, "observer", outbox)
    attendance.tell_all(newcomer)
    again = await told(outbox, 3)
    assert [roster.is_whole for roster in again] == [True, False, False]
    assert sum(len(roster.present) for roster in again) == 2 * LARGEST_ROSTER + 1


async def test_within_a_breath_nothing_is_told_again(crowd) -> None:
    members, attendance, outbox = crowd
    attendance.tell()
    await told(outbox, 3)
    members.leave(f"{0:016x}")
    attendance.tell()
    attendance.tell_all(Member(BEN, "observer", outbox))
    # What comes next is the newcomer's, who is told what everybody was told before.
    assert sum(len(roster.present) for roster in await told(outbox, 3)) == 2 * LARGEST_ROSTER + 1


def test_the_fullest_message_fits() -> None:
    names = [f"{number:016x}" for number in range(LARGEST_ROSTER)]
    present = tuple(Attendant(name, "contributed", 1 << 53) for name in names)
    fullest = Roster(is_whole=True, present=present, gone=tuple(names))
    assert len(encode_message(fullest)) < LARGEST_MESSAGE
