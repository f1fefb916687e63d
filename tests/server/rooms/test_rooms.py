"""Sessions follow one another, rooms go when nobody is left, and nothing is left after them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from disco_desktop.engine.errors import ContributionError, ServerError
from disco_desktop.engine.messages import Announcement, Participants, Refused, RoundClosed, Welcome
from disco_desktop.engine.weights.pieces import digest_pieces
from disco_desktop.server.config import Limits
from disco_desktop.server.metrics import ServerMetrics
from disco_desktop.server.rooms.members import Outbox
from disco_desktop.server.rooms.rooms import Rooms
from disco_desktop.server.store.sqlite_store import SqliteStore
from tests.server.running_server import task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from disco_desktop.engine.messages import Message
    from disco_desktop.server.rooms.members import Member
    from disco_desktop.server.rooms.room import Room
    from disco_desktop.server.store.store import TaskRecord

PATIENCE = 20.0
ANNA, BEN, CLEO = "a" * 16, "b" * 16, "c" * 16
INITIAL = weights_of([0.0, 0.0])


def task_of(rounds: int = 1, **collaboration: object):
    task = task_with(**collaboration)
    training = msgspec.structs.replace(task.training, epochs=rounds, round_duration=1)
    return msgspec.structs.replace(task, training=training)


@contextlib.asynccontextmanager
async def rooms_in(folder: Path, **limits: float) -> AsyncIterator[Rooms]:
    rooms = Rooms(SqliteStore(folder), Limits(**limits), ServerMetrics())
    await rooms.start()
    try:
        yield rooms
    finally:
        await rooms.close()


class Visitor:
    """Somebody in a room, and what it was told."""

    def __init__(self, room: Room, member: Member, outbox: Outbox) -> None:
        self.room, self.member, self._outbox = room, member, outbox

    @classmethod
    async def join(
        cls, rooms: Rooms, task: TaskRecord, who: str, session: int | None = None
    ) -> Visitor:
        outbox = Outbox(64)
        room, member = await rooms.join(task, session, who, "participant", outbox)
        return cls(room, member, outbox)

    async def told(self, kind: type[Message]) -> Message | None:
        """Wait for a message of a kind, or for the connection's end."""
        async with asyncio.timeout(PATIENCE):
            while (message := await self._outbox.get()) is not None:
                if isinstance(message, kind):
                    return message
        return None

    async def contribute(self, values: list[float], *, base_round: int = 0) -> int:
        """Upload and return the round that it counts in."""
        content = np.float32(values).tobytes()
        announcement = Announcement(
            base_round=base_round,
            samples=1,
            size=len(content),
            piece_digests=digest_pieces(memoryview(content)),
        )
        who = self.member.participant
        state = await self.room.announce(who, announcement)
        if state.counts_in is None:
            upload = self.room.upload(who, base_round)
            feeder = await upload.begin_feeding()
            if not upload.is_whole and not await upload.write(content, feeder):
                raise ServerError("piece_differs")
            state = await self.room.accept(who, upload)
        return state.counts_in


async def finish_session(*visitors: Visitor) -> None:
    for number, visitor in enumerate(visitors):
        await visitor.contribute([1.0, float(number)])
    for visitor in visitors:
        assert await visitor.told(RoundClosed)


async def test_the_next_session_goes_on_from_the_model_of_the_one_before(tmp_path: Path) -> None:
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(1), INITIAL)
        anna, ben = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN)]
        await finish_session(anna, ben)
        cleo = await Visitor.join(rooms, task, CLEO)
        welcome = await cleo.told(Welcome)
        assert (welcome.session, welcome.round) == (2, 0)
        assert welcome.model == anna.room.record.model


async def test_two_sessions_of_one_task_side_by_side(tmp_path: Path) -> None:
    """Who is still in the finished one keeps it; what is sent to one reaches no other."""
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(1), INITIAL)
        anna, ben = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN)]
        await finish_session(anna, ben)
        again, cleo = [await Visitor.join(rooms, task, who) for who in (ANNA, CLEO)]
        assert {room.record.session for room in rooms.open_rooms} == {1, 2}
        assert rooms.room(task, 1) is anna.room
        assert rooms.latest(task.task.id) is again.room is cleo.room
        with pytest.raises(ContributionError) as caught:
            await anna.contribute([5.0, 5.0], base_round=1)
        assert caught.value.code == "session_finished"
        assert await anna.contribute([5.0, 5.0]) == 1  # of old: told as it was
        await finish_session(again, cleo)


async def test_rooms_of_finished_sessions_go_with_their_members(tmp_path: Path) -> None:
    """However many sessions there are, and whoever stays behind for a while."""
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(1), INITIAL)
        behind = None
        for number in range(6):
            anna, ben = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN)]
            assert anna.room.record.session == number + 1
            await finish_session(anna, ben)
            anna.room.leave(anna.member)
            if behind is None:
                behind = ben
            else:
                ben.room.leave(ben.member)
        behind.room.leave(behind.member)
        await Visitor.join(rooms, task, ANNA)
        assert [room.record.session for room in rooms.open_rooms] == [7]


async def test_coming_back_to_a_finished_session(tmp_path: Path) -> None:
    """Its last model is there, also after a restart, and nobody is waited for in it."""
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(1), INITIAL)
        anna, ben = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN)]
        await finish_session(anna, ben)
    async with rooms_in(tmp_path) as rooms:
        task = rooms.task(task.task.id)
        assert rooms.open_rooms == ()
        again = await Visitor.join(rooms, task, ANNA, session=1)
        welcome = await again.told(Welcome)
        assert (welcome.round, welcome.rounds, welcome.contributors) == (1, 1, 2)
        with pytest.raises(ServerError) as caught:
            await Visitor.join(rooms, task, ANNA, session=2)
        assert caught.value.code == "session_unknown"


async def test_a_changed_task_lets_the_members_of_the_old_one_go(tmp_path: Path) -> None:
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        anna = await Visitor.join(rooms, task, ANNA)
        changed = await rooms.add_task(task_of(4), INITIAL)
        assert await anna.told(Refused) == Refused(code="task_differs")
        assert await anna.told(Refused) is None
        assert rooms.room(changed, 1) is None
        ben = await Visitor.join(rooms, changed, BEN)
        assert ben.room.record.rounds == 4
        assert rooms.open_rooms == (ben.room,)


async def test_a_restart_expects_the_members_for_a_while_and_no_longer(tmp_path: Path) -> None:
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        anna, *_ = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN, CLEO)]
        await anna.contribute([1.0, 0.0])
    async with rooms_in(tmp_path, reconnect_seconds=0.3) as rooms:
        task = rooms.task(task.task.id)
        room = rooms.latest(task.task.id)
        assert (room.participants, room.contributors) == (3, {ANNA})
        ben = await Visitor.join(rooms, task, BEN, session=1)
        await ben.contribute([3.0, 0.0])
        closed = await ben.told(RoundClosed)  # without Cleo, whom nobody has seen again
        assert (closed.round, closed.contributors) == (1, 2)
        model = rooms._store.load_model(closed.model, task.manifest)
        assert model.buffer.tolist() == [2.0, 0.0]
    async with rooms_in(tmp_path) as rooms:
        assert rooms.latest(task.task.id).participants <= 1


async def test_a_goodbye_over_an_old_connection_does_not_send_the_new_one_away(
    tmp_path: Path,
) -> None:
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        old = await Visitor.join(rooms, task, ANNA)
        new = await Visitor.join(rooms, task, ANNA)
        old.room.leave(old.member)
        old.room.lost(old.member)
        assert new.room.members.get(ANNA) is new.member
        assert new.member.token != old.member.token
        assert new.room.participants == 1


async def test_comings_and_goings_leave_the_store_as_they_end(tmp_path: Path) -> None:
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        for _ in range(20):
            anna = await Visitor.join(rooms, task, ANNA)
            ben = await Visitor.join(rooms, task, BEN)
            anna.room.leave(anna.member)
            ben.room.leave(ben.member)
            ben = await Visitor.join(rooms, task, BEN)
    store = SqliteStore(tmp_path)
    assert store.present(ben.room.record) == {BEN}
    store.close()


async def test_the_same_upload_announced_by_many_at_once(tmp_path: Path) -> None:
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        anna, ben = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN)]

        async def attempt() -> int | None:
            with contextlib.suppress(ServerError):
                return await anna.contribute([1.0, 2.0])

        results = await asyncio.gather(*(attempt() for _ in range(20)))
        assert set(results) <= {1, None}
        assert await anna.contribute([1.0, 2.0]) == 1
        assert await ben.contribute([3.0, 2.0]) == 1
        closed = await ben.told(RoundClosed)
        model = rooms._store.load_model(closed.model, task.manifest)
        assert model.buffer.tolist() == [2.0, 2.0]
        assert not anna.room._uploads


async def test_whoever_waits_for_an_answer_may_go_away(tmp_path: Path) -> None:
    """What was begun is done to its end: counted once, or not at all."""
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(3, minimum_participants=3), INITIAL)
        anna = await Visitor.join(rooms, task, ANNA)
        attempts = [asyncio.create_task(anna.contribute([1.0, 2.0])) for _ in range(5)]
        for number, attempt in enumerate(attempts):
            for _ in range(number):
                await asyncio.to_thread(lambda: None)
            attempt.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)
        assert await anna.contribute([1.0, 2.0]) == 1
        assert len(rooms._store.contributions(anna.room.record)) == 1


async def test_a_damaged_contribution_counts_no_more_and_can_be_sent_again(
    tmp_path: Path, expect_log
) -> None:
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        anna, ben = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN)]
        await anna.contribute([1.0, 2.0])
        (held,) = rooms._store.contributions(anna.room.record)
        path = rooms._store.contribution_path(anna.room.record, held)
    path.write_bytes(bytes(8))
    expect_log("ERROR .* damaged, and counts no more")
    async with rooms_in(tmp_path) as rooms:
        task = rooms.task(task.task.id)
        anna, ben = [await Visitor.join(rooms, task, who, session=1) for who in (ANNA, BEN)]
        assert not anna.room.contributors
        await anna.contribute([1.0, 2.0])
        await ben.contribute([3.0, 2.0])
        closed = await ben.told(RoundClosed)
        model = rooms._store.load_model(closed.model, task.manifest)
        assert model.buffer.tolist() == [2.0, 2.0]


async def test_nothing_is_left_when_the_rooms_are_closed(tmp_path: Path) -> None:
    """No timer and no task of ours is due in the loop any more."""
    async with rooms_in(tmp_path, reconnect_seconds=5.0) as rooms:
        task = await rooms.add_task(task_of(3, round_deadline=5.0), INITIAL)
        anna, ben = [await Visitor.join(rooms, task, who) for who in (ANNA, BEN)]
        await anna.contribute([1.0, 2.0])
        ben.room.lost(ben.member)
        room = anna.room
    room.lost(anna.member)
    room.leave(anna.member)
    gc.collect()
    loop = asyncio.get_running_loop()
    due = [timer for timer in loop._scheduled if not timer.cancelled()]
    assert due == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_participants_are_told_how_many_they_are(tmp_path: Path) -> None:
    async with rooms_in(tmp_path) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        anna = await Visitor.join(rooms, task, ANNA)
        assert (await anna.told(Welcome)).participants == 1
        ben = await Visitor.join(rooms, task, BEN)
        told = await anna.told(Participants)
        while told.participants < 2:
            told = await anna.told(Participants)
        ben.room.set_paused(ben.member, is_paused=True)
        assert await anna.told(Participants) == Participants(participants=1, minimum=2)


async def test_who_was_told_otherwise_meanwhile_is_told_again(tmp_path: Path) -> None:
    """Ben is gone for so short that nobody is told, except Anna, who just asked."""
    async with rooms_in(tmp_path, notice_seconds=0.5) as rooms:
        task = await rooms.add_task(task_of(3), INITIAL)
        anna = await Visitor.join(rooms, task, ANNA)
        ben = await Visitor.join(rooms, task, BEN)
        two = Participants(participants=2, minimum=2)
        while await anna.told(Participants) != two:
            pass
        ben.room.leave(ben.member)
        announcement = Announcement(
            base_round=0, samples=1, size=8, piece_digests=digest_pieces(memoryview(bytes(8)))
        )
        assert (await anna.room.announce(ANNA, announcement)).participants == 1
        await Visitor.join(rooms, task, CLEO)
        assert await anna.told(Participants) == two
