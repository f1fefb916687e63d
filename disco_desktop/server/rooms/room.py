"""A room: one session of one task, its members, its uploads and its rounds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ContributionError, DiscoError, ServerError, StorageError
from disco_desktop.engine.messages import Participants, RoundClosed, Trouble, Welcome
from disco_desktop.engine.weights.codec import encoded_size
from disco_desktop.logs import logger
from disco_desktop.server.rooms.buffer import Buffer
from disco_desktop.server.rooms.membership import Membership
from disco_desktop.server.rooms.upload import Upload
from disco_desktop.server.store.store import ContributionRecord

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from disco_desktop.engine.messages import Announcement, Role
    from disco_desktop.server.limits import Limits
    from disco_desktop.server.rooms.buffer import ClosedRound
    from disco_desktop.server.rooms.member import Member, Outbox
    from disco_desktop.server.store.store import RoomRecord, Store, TaskRecord

_log = logger(__name__)


class Room:
    """Members come and go, contributions are kept and acknowledged, rounds close.

    All lasting state is in the store: a room made of it anew goes on where the last one was cut
    off. One lock orders whatever changes the buffer; uploads arrive beside it.

    Attributes:
        members: who is here.
        trouble: the code of what keeps the server from going on, if anything does.
        last_round_seconds: how long the last round took.
        last_contributors: how many the current model is made of.
    """

    def __init__(self, task: TaskRecord, record: RoomRecord, store: Store, limits: Limits) -> None:
        self.task = task
        self.trouble: str | None = None
        self.last_round_seconds: float | None = None
        self.last_contributors = 0
        self.members = Membership(patience=limits.reconnect_seconds, when_gone=self.leave)
        self._store = store
        self._limits = limits
        self._buffer = Buffer(task, record, store)
        self._uploads: dict[tuple[str, int], Upload] = {}
        self._latest: dict[str, int] = {}  # participant -> base round of its last contribution
        self._lock = asyncio.Lock()
        self._errands: set[asyncio.Task[None]] = set()
        self._deadline: asyncio.TimerHandle | None = None
        self._is_overdue = False
        self._told: Participants | None = None

    @property
    def record(self) -> RoomRecord:
        """The lasting state."""
        return self._buffer.record

    @property
    def participants(self) -> int:
        """How many a round waits for."""
        return len(self._buffer.active)

    @property
    def contributors(self) -> int:
        """How many have contributed to the present round."""
        return len(self._buffer.contributors)

    @property
    def minimum(self) -> int:
        """How many distinct contributors a round needs."""
        return self._buffer.minimum

    # --- beginning and end

    async def recover(self) -> None:
        """Take up what an earlier process left: contributions, and members expected back."""
        await asyncio.to_thread(self._buffer.recover)
        closed = await asyncio.to_thread(self._store.rounds, self.record)
        if closed:
            self.last_contributors = len(closed[-1].contributors)
        for participant in await asyncio.to_thread(self._store.present, self.record):
            self.members.expect(participant)
        self._membership_changed()

    async def close(self) -> None:
        """Let the members go and finish what is under way; lasting state stays as it is."""
        self.members.close()
        self._stop_deadline()
        while self._errands:
            await asyncio.wait(self._errands)

    def _run(self, errand: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    # --- members

    async def join(self, participant: str, role: Role, outbox: Outbox) -> Member:
        """Let somebody in, or in again; the welcome is the first message in its outbox.

        Raises:
            ServerError: the room is full.
            StorageError: the server cannot keep that it is here.
        """
        if participant not in self.members and len(self.members) >= self._limits.participants:
            raise ServerError("room_full", participants=self._limits.participants)
        if role == "participant":
            await asyncio.to_thread(self._store.set_present, self.record, participant, True)
        contributed = await asyncio.to_thread(
            self._store.last_contribution, self.record, participant
        )
        if contributed is not None:
            self._latest[participant] = contributed
        member = self.members.join(participant, role, outbox)
        self._buffer.active = self.members.active
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
            )
        )
        self._membership_changed()
        return member

    def lost(self, member: Member) -> None:
        """Note that a member's connection is gone; it is waited for a while."""
        if self.members.get(member.participant) is not member:
            return  # it is back already, over another connection
        if member.role == "participant":
            self.members.expect(member.participant)
        else:
            self.members.leave(member.participant)

    def leave(self, participant: str) -> None:
        """Wait no longer for somebody; what it contributed counts."""
        if participant in self.members:
            self.members.leave(participant)
            self._run(self._forget(participant))
            self._membership_changed()

    async def _forget(self, participant: str) -> None:
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
        self._buffer.active = self.members.active
        told = Participants(participants=self.participants, minimum=self.minimum)
        if told != self._told:
            self._told = told
            self.members.send(told)
        self._run(self._settle())

    # --- uploads

    async def announce(self, participant: str, announcement: Announcement) -> Upload | None:
        """Begin an upload or go on with one; nothing to do where it is acknowledged already.

        Raises:
            ContributionError: it is of the wrong size, too late, or of a round yet to come.
        """
        key = participant, announcement.base_round
        if announcement.base_round <= self._latest.get(participant, -1):
            return None
        self._buffer.check_round(announcement.base_round)
        elements = self.task.manifest.elements
        if announcement.size != encoded_size(elements, self.task.task.collaboration.codec):
            raise ContributionError("update_wrong_size", detail=f"{announcement.size} bytes")
        upload = self._uploads.get(key)
        if upload is None or upload.announcement != announcement:
            for other in [other for other in self._uploads if other[0] == participant]:
                self._uploads.pop(other)
            path = self._store.spool(self.record, *key)
            upload = Upload(path, announcement, self.task.task.collaboration.codec)
            await asyncio.to_thread(upload.recover)
            self._uploads[key] = upload
        return upload

    def upload(self, participant: str, base_round: int) -> Upload | None:
        """Return an upload that was announced."""
        return self._uploads.get((participant, base_round))

    async def accept(self, participant: str, upload: Upload) -> None:
        """Acknowledge a whole upload: from here on it counts, whatever happens.

        Raises:
            ContributionError: it is refused; it is forgotten, and counts nowhere.
            StorageError: it cannot be kept now; it stays, to be acknowledged later.
        """
        announcement = upload.announcement
        key = participant, announcement.base_round
        contribution = ContributionRecord(
            participant=participant,
            base_round=announcement.base_round,
            samples=announcement.samples,
            largest=upload.magnitude.largest,
            digest=upload.digest,
        )
        try:
            upload.check(largest_norm=self.task.task.collaboration.largest_norm)
            await asyncio.to_thread(upload.sync)
            async with self._lock:
                if announcement.base_round > self._latest.get(participant, -1):
                    await self._buffer.accept(contribution)
                    self._latest[participant] = announcement.base_round
        except ContributionError:
            self._uploads.pop(key, None)
            upload.discard()
            raise
        self._uploads.pop(key, None)
        self._start_deadline()
        self._run(self._settle())

    def counts_in(self, participant: str) -> int:
        """Return the round whose model a participant's last contribution is part of, or will be."""
        is_waiting = participant in self._buffer.contributors
        return self.record.round + 1 if is_waiting else self.record.round

    # --- rounds

    def _start_deadline(self) -> None:
        if self._deadline is None and not self._is_overdue and self._buffer.contributors:
            self._deadline = asyncio.get_running_loop().call_later(
                self.task.task.collaboration.round_deadline, self._deadline_passed
            )

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _deadline_passed(self) -> None:
        self._deadline = None
        self._is_overdue = True
        self._run(self._settle())

    async def _settle(self) -> None:
        """Close the round if it is full; called after whatever could have filled it."""
        async with self._lock:
            self._start_deadline()
            if self.record.is_finished or not self._buffer.is_full(is_overdue=self._is_overdue):
                return
            counted = self._buffer.contributions
            before = self.record
            try:
                closed = await self._buffer.close_round()
            except DiscoError as error:
                self._try_again(error)
                return
            self._round_closed(closed)
            try:
                await asyncio.to_thread(self._store.forget_round, before, counted)
            except StorageError as error:
                _log.warning("spooled contributions stay on the disk: %s", error)

    def _try_again(self, error: DiscoError) -> None:
        """Say what keeps the round from closing, and look again in a while."""
        _log.error("round %d cannot close: %s", self.record.round + 1, error)
        self.trouble = error.code
        self.members.send(Trouble(code=error.code))
        asyncio.get_running_loop().call_later(self._limits.retry_seconds, self._membership_changed)

    def _round_closed(self, closed: ClosedRound) -> None:
        self.trouble = None
        self.last_round_seconds = closed.seconds
        self._stop_deadline()
        self._is_overdue = False
        self.last_contributors = len(closed.contributors)
        self.members.send(
            RoundClosed(
                round=closed.record.round,
                model=closed.record.model,
                contributors=self.last_contributors,
            )
        )
