"""A room: one session of one task, its members, its uploads and its rounds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ContributionError, DiscoError, ServerError, StorageError
from disco_desktop.engine.messages import (
    Participants,
    RoundClosed,
    Trouble,
    UploadState,
    Welcome,
)
from disco_desktop.engine.weights.codec import encoded_size
from disco_desktop.logs import logger
from disco_desktop.server.rooms.attendance import Attendance
from disco_desktop.server.rooms.buffer import Buffer
from disco_desktop.server.rooms.membership import Membership
from disco_desktop.server.rooms.upload import Upload
from disco_desktop.server.store.store import ContributionRecord

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from disco_desktop.engine.messages import Announcement, Role
    from disco_desktop.server.limits import Limits
    from disco_desktop.server.metrics import ServerMetrics
    from disco_desktop.server.rooms.buffer import ClosedRound
    from disco_desktop.server.rooms.member import Member, Outbox
    from disco_desktop.server.store.store import RoomRecord, Store, TaskRecord

_log = logger(__name__)


class Room:
    """Members come and go, contributions are kept and acknowledged, rounds close.

    All lasting state is in the store: a room made of it anew goes on where the last one was cut
    off. One lock orders whatever changes the buffer; uploads arrive beside it, each with a lock of
    its own that is taken first.

    Attributes:
        members: who is here.
        trouble: the code of what keeps the server from going on, if anything does.
        last_round_seconds: how long the last round took.
        last_contributors: how many the current model is made of.
    """

    def __init__(
        self,
        task: TaskRecord,
        record: RoomRecord,
        store: Store,
        limits: Limits,
        metrics: ServerMetrics,
    ) -> None:
        self.task = task
        self.trouble: str | None = None
        self.last_round_seconds: float | None = None
        self.last_contributors = 0
        self.members = Membership(patience=limits.reconnect_seconds, when_gone=self._gone)
        self._store = store
        self._limits = limits
        self._metrics = metrics
        self._buffer = Buffer(task, record, store)
        self._attendance = Attendance(
            self.members, lambda: self._buffer.contributors, seconds=limits.notice_seconds
        )
        self._uploads: dict[tuple[str, int], Upload] = {}
        self._lock = asyncio.Lock()
        self._presence = asyncio.Lock()  # orders what the store is told of comings and goings
        self._errands: set[asyncio.Task[None]] = set()
        self._deadline: asyncio.TimerHandle | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._notice: asyncio.TimerHandle | None = None
        self._is_overdue = False
        self._is_closed = False
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
        await self._buffer.recover()
        closed = await asyncio.to_thread(self._store.rounds, self.record)
        if closed:
            self.last_contributors = len(closed[-1].contributors)
        for participant in await asyncio.to_thread(self._store.present, self.record):
            self.members.expect(participant)
        self._membership_changed()

    async def close(self) -> None:
        """Let the members go and finish what is under way; lasting state stays as it is."""
        self._is_closed = True
        self.members.close()
        self._stop_timers()
        self._attendance.close()
        if self._notice is not None:
            self._notice.cancel()
        while self._errands:
            await asyncio.wait(self._errands)
        self._stop_timers()

    def _run(self, errand: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errand_done)
        return task

    def _errand_done(self, task: asyncio.Task[None]) -> None:
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
        if participant not in self.members and len(self.members) >= self._limits.participants:
            raise ServerError("room_full", participants=self._limits.participants)
        async with self._presence:
            if role == "participant":
                await asyncio.to_thread(self._store.set_present, self.record, participant, True)
            contributed = await asyncio.to_thread(self._store.contributed, self.record, participant)
            member = self.members.join(participant, role, outbox)
        self._buffer.active = self.members.active
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

    def lost(self, member: Member) -> None:
        """Note that a member's connection is gone; it is waited for a while."""
        if self._is_closed or self.members.get(member.participant) is not member:
            return  # else it is back already, over another connection
        if member.role == "participant":
            self.members.expect(member.participant)
            self._attendance.tell()
        else:
            self.members.leave(member.participant)

    def leave(self, member: Member) -> None:
        """Wait no longer for somebody who has left; what it contributed counts."""
        if not self._is_closed and self.members.get(member.participant) is member:
            self._gone(member.participant)
            self._run(self._discard_uploads(member.participant))

    def _gone(self, participant: str) -> None:
        """Wait no longer for somebody; what has come of its upload stays, for it to go on."""
        if participant in self.members:
            _log.debug("%s is waited for no longer", participant)
            self.members.leave(participant)
            for key in [key for key in self._uploads if key[0] == participant]:
                self._uploads.pop(key).refuse(ServerError("upload_not_announced"))
            self._run(self._forget(participant))
            self._membership_changed()

    async def _forget(self, participant: str) -> None:
        async with self._presence:
            if participant in self.members:
                return  # it is back already
            try:
                await asyncio.to_thread(self._store.set_present, self.record, participant, False)
            except StorageError as error:
                # At the worst the room waits for it some seconds after the next start.
                _log.warning("cannot note that %s left: %s", participant, error)

    async def _discard_uploads(self, participant: str) -> None:
        async with self._presence, self._lock:  # none of them is being accepted
            if participant in self.members:
                return
            try:
                await asyncio.to_thread(self._store.discard, self.record, participant)
            except StorageError as error:
                _log.warning("an unfinished upload stays on the disk: %s", error)

    def set_paused(self, member: Member, *, is_paused: bool) -> None:
        """Wait for a member no longer, or again."""
        member.is_paused = is_paused
        self._membership_changed()

    def _membership_changed(self) -> None:
        self._buffer.active = self.members.active
        self._tell_participants()
        self._attendance.tell()
        self._run(self._settle())

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

    # --- uploads

    async def announce(self, participant: str, announcement: Announcement) -> UploadState:
        """Begin an upload or go on with one, and say what is wanted of it.

        Raises:
            ContributionError: it is of the wrong size, too late, or of a round yet to come.
            StorageError: what has come so far cannot be read.
        """
        key = participant, announcement.base_round
        counts_in = await self._counts_in(*key)
        if counts_in is None:
            upload = await self._announced(key, announcement)
            async with upload.lock:  # it may be on its way to be accepted
                offset = upload.offset
            counts_in = await self._counts_in(*key)
            if counts_in is None:
                return self._upload_state(offset)
        return self._upload_state(announcement.size, counts_in)

    def _upload_state(self, offset: int, counts_in: int | None = None) -> UploadState:
        self._note_told_apart()
        return UploadState(offset=offset, counts_in=counts_in, participants=self.participants)

    async def _counts_in(self, participant: str, base_round: int) -> int | None:
        return await asyncio.to_thread(self._store.counts_in, self.record, participant, base_round)

    async def _announced(self, key: tuple[str, int], announcement: Announcement) -> Upload:
        """Return the upload that was announced; another one of the same participant ends."""
        self._buffer.check_round(announcement.base_round)
        elements = self.task.manifest.elements
        codec = self.task.task.collaboration.codec
        if announcement.size != encoded_size(elements, codec):
            raise ContributionError("update_wrong_size", detail=f"{announcement.size} bytes")
        known = self._uploads.get(key)
        if known is not None and known.announcement == announcement and known.is_wanted:
            return known
        fresh = Upload(self._store.spool(self.record, *key), announcement, codec)
        others = [self._uploads.pop(other) for other in list(self._uploads) if other[0] == key[0]]
        self._uploads[key] = fresh
        async with fresh.lock:
            for other in others:  # they may share a file, so they stop before it is read
                other.refuse(ServerError("upload_not_announced"))
                async with other.lock:
                    pass
            try:
                await asyncio.to_thread(fresh.recover)
            except StorageError:
                self._forget_upload(key, fresh)
                raise
        return fresh

    def _forget_upload(self, key: tuple[str, int], upload: Upload) -> None:
        if self._uploads.get(key) is upload:
            del self._uploads[key]

    def upload(self, participant: str, base_round: int) -> Upload | None:
        """Return an upload that was announced."""
        return self._uploads.get((participant, base_round))

    async def accept(self, participant: str, upload: Upload) -> UploadState:
        """Acknowledge a whole upload: from here on it counts, whatever happens.

        Raises:
            ContributionError: it is refused; it is forgotten, and counts nowhere.
            StorageError: it cannot be kept now; it stays, to be acknowledged later.
            ServerError: it was superseded by another one.
        """
        # Who waits for the answer may go away at any moment: what has begun is done to its end.
        await asyncio.shield(self._run(self._accept(participant, upload)))
        announcement = upload.announcement
        counts_in = await self._counts_in(participant, announcement.base_round)
        return self._upload_state(announcement.size, counts_in)

    async def _accept(self, participant: str, upload: Upload) -> None:
        key = participant, upload.announcement.base_round
        async with upload.lock:
            if await self._counts_in(*key) is not None:
                return
            upload.check_wanted()
            if not upload.is_whole:
                raise ServerError("upload_not_announced")
            try:
                upload.check(largest_norm=self.task.task.collaboration.largest_norm)
                await asyncio.to_thread(upload.sync)
                async with self._lock:
                    upload.check_wanted()  # else its file may be gone
                    await self._buffer.accept(_contribution(participant, upload))
                    self._attendance.tell()
                    self._start_deadline()
            except ContributionError as error:
                self._forget_upload(key, upload)
                await asyncio.to_thread(upload.discard)
                self._metrics.refused.labels(self.task.task.id, error.code).inc()
                raise
            self._forget_upload(key, upload)
            self._metrics.accepted.labels(self.task.task.id).inc()
        self._run(self._settle())

    # --- rounds

    def _start_deadline(self) -> None:
        is_wanted = not (self._is_overdue or self._is_closed or self.record.is_finished)
        if self._deadline is None and is_wanted and self._buffer.contributors:
            self._deadline = asyncio.get_running_loop().call_later(
                self.task.task.collaboration.round_deadline, self._deadline_passed
            )

    def _stop_timers(self) -> None:
        for timer in (self._deadline, self._retry):
            if timer is not None:
                timer.cancel()
        self._deadline = self._retry = None

    def _deadline_passed(self) -> None:
        self._deadline = None
        self._is_overdue = True
        self._run(self._settle())

    async def _settle(self) -> None:
        """Close the round if it is full; called after whatever could have filled it."""
        async with self._lock:
            self._start_deadline()
            before = self.record
            if before.is_finished:
                return
            try:
                await self._buffer.recover()
                if not self._buffer.is_full(is_overdue=self._is_overdue):
                    return
                closed = await self._buffer.close_round()
            except DiscoError as error:
                self._try_again(error)
                return
            self._round_closed(closed)
            await self._clear_away(before, closed)

    def _try_again(self, error: DiscoError) -> None:
        """Say once what keeps the round from closing, and look again in a while."""
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

    def _round_closed(self, closed: ClosedRound) -> None:
        self.trouble = None
        self.last_round_seconds = closed.seconds
        self._metrics.rounds.labels(self.task.task.id).inc()
        self._metrics.round_seconds.labels(self.task.task.id).observe(closed.seconds)
        self._stop_timers()
        self._is_overdue = False
        self.last_contributors = len(closed.contributors)
        self.members.send(
            RoundClosed(
                round=closed.record.round,
                model=closed.record.model,
                contributors=self.last_contributors,
            )
        )
        self._attendance.tell()

    async def _clear_away(self, before: RoomRecord, closed: ClosedRound) -> None:
        """End uploads that the closed round has left behind, and delete what was counted."""
        for participant, base_round in list(self._uploads):
            try:
                self._buffer.check_round(base_round)
            except ContributionError as error:
                self._uploads.pop((participant, base_round)).refuse(error)
        too_late = self.record.round - self.task.task.collaboration.round_cutoff - 1
        if self.record.is_finished:
            too_late = self.record.rounds
        try:
            await asyncio.to_thread(
                self._store.forget_round, before, closed.counted, too_late=too_late
            )
        except StorageError as error:
            _log.warning("spooled contributions stay on the disk: %s", error)


def _contribution(participant: str, upload: Upload) -> ContributionRecord:
    return ContributionRecord(
        participant=participant,
        base_round=upload.announcement.base_round,
        samples=upload.announcement.samples,
        largest=upload.magnitude.largest,
        digest=upload.digest,
    )
