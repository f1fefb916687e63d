"""The room of federated learning: uploads come in, rounds close, the new model is here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ContributionError, DiscoError, ServerError, StorageError
from disco_desktop.engine.messages import RoundClosed, UploadState
from disco_desktop.engine.weights.codec import encoded_size
from disco_desktop.logs import logger
from disco_desktop.server.rooms.buffer import Buffer
from disco_desktop.server.rooms.room import Room
from disco_desktop.server.rooms.upload import Upload
from disco_desktop.server.store.store import ContributionRecord

if TYPE_CHECKING:
    from disco_desktop.engine.messages import Announcement
    from disco_desktop.server.config import Limits
    from disco_desktop.server.metrics import ServerMetrics
    from disco_desktop.server.rooms.buffer import ClosedRound
    from disco_desktop.server.rooms.members import Member
    from disco_desktop.server.store.store import RoomRecord, Store, TaskRecord

_log = logger(__name__)


class FederatedRoom(Room):
    """Contributions are kept and acknowledged, and rounds close with their mean.

    One lock orders whatever changes the buffer; uploads arrive beside it, each with a lock of its
    own that is taken first.
    """

    def __init__(
        self,
        task: TaskRecord,
        record: RoomRecord,
        store: Store,
        limits: Limits,
        metrics: ServerMetrics,
    ) -> None:
        super().__init__(task, store, limits, metrics)
        self._buffer = Buffer(task, record, store)
        self._uploads: dict[tuple[str, int], Upload] = {}
        self._deadline: asyncio.TimerHandle | None = None
        self._is_overdue = False

    @property
    def record(self) -> RoomRecord:
        """The lasting state."""
        return self._buffer.record

    @property
    def contributors(self) -> frozenset[str]:
        """Who has contributed to the present round."""
        return self._buffer.contributors

    @property
    def progress(self) -> str:
        """What the room does, in a few words, once enough are there."""
        return f"training: {len(self.contributors)} of {self.participants} have contributed"

    async def recover(self) -> None:
        """Take up what an earlier process left, contributions among it."""
        await self._buffer.recover()
        await super().recover()

    # --- members

    def leave(self, member: Member) -> None:
        """Wait no longer for somebody who has left; what it contributed counts."""
        was_here = not self._is_closed and self.members.get(member.participant) is member
        super().leave(member)
        if was_here:
            self._run(self._discard_uploads(member.participant))

    def _joined(self, member: Member) -> None:
        """Whoever is back goes on where it was: with its upload, or without one."""

    def _expected(self, participant: str) -> None:
        """Whoever is away may be back before it is missed."""

    def _departed(self, participant: str) -> None:
        for key in [key for key in self._uploads if key[0] == participant]:
            self._uploads.pop(key).refuse(ServerError("upload_not_announced"))

    async def _discard_uploads(self, participant: str) -> None:
        async with self._presence, self._lock:  # none of them is being accepted
            if participant in self.members:
                return
            try:
                await asyncio.to_thread(self._store.discard, self.record, participant)
            except StorageError as error:
                _log.warning("an unfinished upload stays on the disk: %s", error)

    def _count_members(self) -> None:
        self._buffer.active = self.members.active

    # --- uploads

    async def announce(self, participant: str, announcement: Announcement) -> UploadState:
        """Begin an upload or go on with one, and say what is wanted of it.

        Raises:
            ContributionError: it is of the wrong size, too late, or of a round yet to come.
            StorageError: what has come so far cannot be read.
        """
        key = participant, announcement.base_round
        counts_in = await self._buffer.counts_in(*key)
        if counts_in is None:
            upload = await self._announced(key, announcement)
            async with upload.lock:  # it may be on its way to be accepted
                offset = upload.offset
            counts_in = await self._buffer.counts_in(*key)
            if counts_in is None:
                return self._upload_state(offset)
        return self._upload_state(announcement.size, counts_in)

    def _upload_state(self, offset: int, counts_in: int | None = None) -> UploadState:
        self._note_told_apart()
        return UploadState(offset=offset, counts_in=counts_in, participants=self.participants)

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
                if fresh.has_begun:
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
        counts_in = await asyncio.shield(self._run(self._accept(participant, upload)))
        return self._upload_state(upload.announcement.size, counts_in)

    async def _accept(self, participant: str, upload: Upload) -> int:
        """Count a whole upload; return the round whose model it is part of, or will be."""
        key = participant, upload.announcement.base_round
        async with upload.lock:
            counts_in = await self._buffer.counts_in(*key)
            if counts_in is not None:
                return counts_in
            upload.check_wanted()
            if not upload.is_whole:
                raise ServerError("upload_not_announced")
            try:
                upload.check(largest_norm=self.task.task.collaboration.largest_norm)
                async with self._lock:
                    upload.check_wanted()  # else its file may be gone
                    await self._buffer.accept(_contribution(participant, upload))
                    counts_in = self.record.round + 1
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
        return counts_in

    # --- rounds

    def _start_deadline(self) -> None:
        is_wanted = not (self._is_overdue or self._is_closed or self.record.is_finished)
        if self._deadline is None and is_wanted and self._buffer.contributors:
            self._deadline = asyncio.get_running_loop().call_later(
                self.task.task.collaboration.round_deadline, self._deadline_passed
            )

    def _stop_timers(self) -> None:
        super()._stop_timers()
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

    def _round_closed(self, closed: ClosedRound) -> None:
        self._count_round(closed.seconds, len(closed.contributors))
        self._stop_timers()
        self._is_overdue = False
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
