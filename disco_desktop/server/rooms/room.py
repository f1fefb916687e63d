"""What every room is: one session of one task, and its members."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

from disco_desktop.engine.errors import DiscoError, ServerError, StorageError
from disco_desktop.engine.messages import Participants, Trouble, Welcome
from disco_desktop.logs import logger
from disco_desktop.server.rooms.members import Attendance, Membership

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from disco_desktop.engine.messages import Message, Role
    from disco_desktop.server.config import Limits
    from disco_desktop.server.metrics import ServerMetrics
    from disco_desktop.server.rooms.members import Member, Outbox
    from disco_desktop.server.store.store import RoomRecord, Store, TaskRecord

_Result = TypeVar("_Result")

_log = logger(__name__)


class Room(ABC):
    """Members come and go, and rounds close.

    All lasting state is in the store: a room made of it anew goes on where the last one was cut
    off.

    Attributes:
        members: who is here.
        trouble: the code of what keeps the server from going on, if anything does.
        last_round_seconds: how long the last round took.
        last_contributors: how many the current model is made of.
    """

    def __init__(
        self, task: TaskRecord, store: Store, limits: Limits, metrics: ServerMetrics
    ) -> None:
        self.task = task
        self.trouble: str | None = None
        self.last_round_seconds: float | None = None
        self.last_contributors = 0
        self.members = Membership(patience=limits.reconnect_seconds, when_gone=self._gone)
        self._store = store
        self._limits = limits
        self._metrics = metrics
        self._attendance = Attendance(
            self.members, lambda: self.contributors, seconds=limits.notice_seconds
        )
        self._lock = asyncio.Lock()  # orders whatever changes the lasting state
        self._presence = asyncio.Lock()  # orders what the store is told of comings and goings
        self._errands: set[asyncio.Task[object]] = set()
        self._retry: asyncio.TimerHandle | None = None
        self._notice: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._told: Participants | None = None

    @property
    @abstractmethod
    def record(self) -> RoomRecord:
        """The lasting state."""

    @property
    @abstractmethod
    def contributors(self) -> frozenset[str]:
        """Who has done its part of the present round."""

    @property
    @abstractmethod
    def progress(self) -> str:
        """What the room does, in a few words, once enough are there."""

    @abstractmethod
    async def _settle(self) -> None:
        """Do what is due; called after whatever could have made it so."""

    @property
    def participants(self) -> int:
        """How many a round waits for."""
        return len(self.members.active)

    @property
    def minimum(self) -> int:
        """How many distinct contributors a round needs."""
        return self.task.task.collaboration.minimum_participants

    # --- beginning and end

    async def recover(self) -> None:
        """Take up what an earlier process left: rounds, and members expected back."""
        closed = await asyncio.to_thread(self._store.rounds, self.record)
        if closed:
            self.last_contributors = len(closed[-1].contributors)
        for participant in await asyncio.to_thread(self._store.present, self.record):
            self.members.expect(participant)
        self._membership_changed()

    def let_members_go(self) -> None:
        """End all connections; what is under way may still finish."""
        self.members.close()

    async def close(self) -> None:
        """Let the members go and finish what is under way; lasting state stays as it is."""
        self._is_closed = True
        self.let_members_go()
        self._stop_timers()
        self._attendance.close()
        if self._notice is not None:
            self._notice.cancel()
        while self._errands:
            await asyncio.wait(self._errands)
        self._stop_timers()

    def _stop_timers(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _run(self, errand: Coroutine[None, None, _Result]) -> asyncio.Task[_Result]:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errand_done)
        return task

    def _errand_done(self, task: asyncio.Task[_Result]) -> None:
        self._errands.discard(task)
        if not task.cancelled():
            error = task.exception()
            if error is not None and not isinstance(error, DiscoError):
                _log.error("a mistake of ours in a room", exc_info=error)

    # --- members

    async def join(self, participant: str, role: Role, outbox: Outbox) -> Member:
        """Let somebody in, or in again; the welcome is the first message in its outbox.

        Raises:
            ServerError: the room is full.
            StorageError: the server cannot keep that it is here.
        """
        self._check_place(participant, role)
        async with self._presence:
            if role == "participant":
                await asyncio.to_thread(self._store.set_present, self.record, participant, True)
            contributed = await asyncio.to_thread(self._store.contributed, self.record, participant)
            member = self.members.join(participant, role, outbox)
        self._joined(member)
        self._note_told_apart()
        member.send(
            Welcome(
                participant=participant,
                token=member.token,
                session=self.record.session,
                round=self.record.round,
                rounds=self.record.rounds,
                model=self.record.model,
                participants=self.participants,
                minimum=self.minimum,
                contributors=self.last_contributors,
                contributed=contributed,
            )
        )
        self._attendance.tell_all(member)
        if self.trouble is not None:
            member.send(Trouble(code=self.trouble))
        self._membership_changed()
        _log.debug("%s %s joined session %d", role, participant, self.record.session)
        return member

    def _check_place(self, participant: str, role: Role) -> None:
        """Raise a ServerError where there is no room for somebody."""
        if participant not in self.members and len(self.members) >= self._limits.participants:
            raise ServerError("room_full", participants=self._limits.participants)

    @abstractmethod
    def _joined(self, member: Member) -> None:
        """Take note of a new connection, before it is welcomed."""

    def hear(self, member: Member, message: Message) -> bool:
        """Take what a member says besides pausing and leaving; tell whether it may be said here.

        Raises:
            DiscoError: it is refused, and the member with it.
        """
        return False

    def lost(self, member: Member) -> None:
        """Note that a member's connection is gone; it is waited for a while."""
        if self._is_closed or self.members.get(member.participant) is not member:
            return  # else it is back already, over another connection
        if member.role == "participant":
            self.members.expect(member.participant)
            self._attendance.tell()
            self._expected(member.participant)
        else:
            self.members.leave(member.participant)

    @abstractmethod
    def _expected(self, participant: str) -> None:
        """Take note that somebody's connection is gone."""

    def leave(self, member: Member) -> None:
        """Wait no longer for somebody who has left; what it contributed counts."""
        if not self._is_closed and self.members.get(member.participant) is member:
            self._gone(member.participant)

    def _gone(self, participant: str) -> None:
        """Wait no longer for somebody; what has come of its upload stays, for it to go on."""
        if participant in self.members:
            _log.debug("%s is waited for no longer", participant)
            self.members.leave(participant)
            self._departed(participant)
            self._run(self._forget(participant))
            self._membership_changed()

    @abstractmethod
    def _departed(self, participant: str) -> None:
        """Take note that somebody is a member no more."""

    async def _forget(self, participant: str) -> None:
        async with self._presence:
            if participant in self.members:
                return  # it is back already
            try:
                await asyncio.to_thread(self._store.set_present, self.record, participant, False)
            except StorageError as error:
                # At the worst the room waits for it some seconds after the next start.
                _log.warning("cannot note that %s left: %s", participant, error)

    def set_paused(self, member: Member, *, is_paused: bool) -> None:
        """Wait for a member no longer, or again."""
        member.is_paused = is_paused
        self._membership_changed()

    def _membership_changed(self) -> None:
        self._count_members()
        self._tell_participants()
        self._attendance.tell()
        self._run(self._settle())

    @abstractmethod
    def _count_members(self) -> None:
        """Take note of who is active."""

    # --- what everybody is told

    def _tell_participants(self) -> None:
        """Tell everybody how many they are: but not more often than they need."""
        numbers = self._numbers
        if self._notice is not None or self._is_closed or numbers == self._told:
            return
        self._told = numbers
        self.members.send(numbers)
        self._notice = asyncio.get_running_loop().call_later(
            self._limits.notice_seconds, self._tell_again
        )

    def _tell_again(self) -> None:
        self._notice = None
        self._tell_participants()

    @property
    def _numbers(self) -> Participants:
        return Participants(participants=self.participants, minimum=self.minimum)

    def _note_told_apart(self) -> None:
        """Note that one member reads the numbers before the others do.

        If they go back to what everybody was told last, this one must be told so.
        """
        if self._numbers != self._told:
            self._told = None

    def _try_again(self, error: DiscoError) -> None:
        """Say once what keeps the room from going on, and look again in a while."""
        if self.trouble != error.code:
            _log.error("round %d cannot close: %s", self.record.round + 1, error)
            self.trouble = error.code
            self.members.send(Trouble(code=error.code))
        if self._retry is None and not self._is_closed:
            self._retry = asyncio.get_running_loop().call_later(
                self._limits.retry_seconds, self._retry_now
            )

    def _retry_now(self) -> None:
        self._retry = None
        self._run(self._settle())

    def _count_round(self, seconds: float, contributors: int) -> None:
        """Take note of a round that has just closed."""
        self.trouble = None
        self.last_round_seconds = seconds
        self.last_contributors = contributors
        self._metrics.rounds.labels(self.task.task.id).inc()
        self._metrics.round_seconds.labels(self.task.task.id).observe(seconds)
