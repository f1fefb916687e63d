"""An upload: pieces of an update on their way into the spool, checked one by one."""

from __future__ import annotations

import asyncio
import os
from typing import IO, TYPE_CHECKING

from disco_desktop.engine.aggregator.mean import Magnitude
from disco_desktop.engine.errors import ContributionError, DiscoError, ServerError, StorageError
from disco_desktop.engine.weights.codec import Codec, decode
from disco_desktop.engine.weights.pieces import (
    DIGEST_SIZE,
    PIECE,
    content_digest,
    piece_count,
    piece_digest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from disco_desktop.engine.messages import Announcement
    from disco_desktop.engine.weights.weights import Buffer


class Upload:
    """One announced update, as far as it has come.

    Attributes:
        announcement: what the participant said it would send.
        offset: bytes that are there and match their digests.
        magnitude: of the values so far.
        lock: held by whoever reads, writes or accepts its file.
    """

    def __init__(self, path: Path, announcement: Announcement, codec: Codec) -> None:
        digests = announcement.piece_digests
        if len(digests) != piece_count(announcement.size) * DIGEST_SIZE:
            raise ContributionError("update_malformed", detail="pieces and size do not agree")
        self.announcement = announcement
        self.offset = 0
        self.magnitude = Magnitude()
        self.lock = asyncio.Lock()
        self.path = path
        self._feeder: object | None = None
        self._refusal: DiscoError | None = None
        self._codec = codec
        self._digests = digests

    @property
    def digest(self) -> str:
        """Digest of the whole content."""
        return content_digest(self._digests)

    @property
    def is_whole(self) -> bool:
        """Whether every byte is there; then all of them survive a power cut as well."""
        return self.offset == self.announcement.size

    def piece_size(self, offset: int) -> int:
        """Return how many bytes the piece at an offset has."""
        return min(PIECE, self.announcement.size - offset)

    @property
    def has_begun(self) -> bool:
        """Whether there is something of an earlier attempt."""
        return os.path.exists(self.path)

    def recover(self) -> None:
        """Go on from the pieces of an earlier attempt that match; drop what follows them."""
        try:
            with self.path.open("r+b") as file:
                while not self.is_whole:
                    piece = file.read(self.piece_size(self.offset))
                    if not self._matches(piece):
                        break
                    self._take(piece)
                file.truncate(self.offset)
                if self.is_whole:
                    _sync(file)
        except OSError as error:
            raise StorageError("server_storage", file=str(self.path), detail=repr(error)) from error

    async def begin_feeding(self) -> object:
        """Let a request feed it; one that did so before stops, since its connection may be dead.

        Returns:
            What the request shows at each piece.
        """
        async with self.lock:
            self._feeder = feeder = object()
        return feeder

    def refuse(self, error: DiscoError) -> None:
        """Take no more of it, and say so to whoever still sends."""
        self._refusal = error

    @property
    def is_wanted(self) -> bool:
        """Whether it goes on."""
        return self._refusal is None

    def check_wanted(self) -> None:
        """Raise the error that it was refused with, if it was."""
        if self._refusal is not None:
            raise self._refusal

    def _vanished(self) -> DiscoError:
        """End it, since its file was deleted: a round that has closed leaves it behind."""
        if self._refusal is None:
            self._refusal = ServerError("upload_not_announced")
        return self._refusal

    async def write(self, piece: bytes, feeder: object) -> bool:
        """Store the next piece; return whether its digest was the announced one.

        A piece that differs changes nothing: it is to be sent again.

        Raises:
            StorageError: it cannot be written; the pieces before it stay.
            ServerError: another request feeds it now.
            DiscoError: what it was refused with.
        """
        async with self.lock:
            self.check_wanted()
            if self._feeder is not feeder:
                raise ServerError("upload_busy")
            writing = asyncio.ensure_future(asyncio.to_thread(self._write, piece))
            try:
                return await asyncio.shield(writing)
            finally:
                await asyncio.wait([writing])  # a thread cannot be cancelled: it has the file

    def _write(self, piece: bytes) -> bool:
        if self.is_whole or not self._matches(piece):
            return False
        try:
            with self.path.open("r+b" if self.offset else "wb") as file:
                file.seek(self.offset)
                file.write(piece)
                if self.offset + len(piece) == self.announcement.size:
                    _sync(file)
        except FileNotFoundError as error:
            raise self._vanished() from error
        except OSError as error:
            raise StorageError("server_storage", file=str(self.path), detail=repr(error)) from error
        self._take(piece)
        return True

    def _matches(self, piece: bytes) -> bool:
        number = self.offset // PIECE
        return piece_digest(piece) == self._digests[number * DIGEST_SIZE :][:DIGEST_SIZE]

    def _take(self, piece: bytes) -> None:
        self.magnitude.include(decode(piece, self._codec))
        self.offset += len(piece)

    def check(self, *, largest_norm: float) -> None:
        """Look at the values of a whole upload.

        Raises:
            ContributionError: not all are numbers, or they are larger than the task allows.
        """
        if not self.magnitude.is_finite:
            raise ContributionError("update_not_finite")
        if not self.magnitude.norm <= largest_norm:
            raise ContributionError("update_too_large", detail=f"norm {self.magnitude.norm}")

    def discard(self) -> None:
        """Delete what has come so far."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError("server_storage", file=str(self.path), detail=repr(error)) from error


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def read_blocks(path: Path, codec: Codec, digest: str | None = None) -> Iterator[Buffer]:
    """Yield the values of a spooled update, a piece at a time, each until the next is asked for.

    Args:
        path: the file.
        codec: how the values are written in it.
        digest: that of the content, where it is to be checked as well.

    Raises:
        StorageError: `server_storage` where it cannot be read; `server_contribution_damaged` where
            it is gone or, said after the last piece, is not what was once stored.
    """
    piece_digests = b""
    try:
        with path.open("rb", buffering=0) as file:
            # One for all pieces: fresh memory takes longer to get.
            buffer = memoryview(bytearray(min(PIECE, os.fstat(file.fileno()).st_size)))
            while size := file.readinto(buffer):
                piece = buffer[:size]
                if digest is not None:
                    piece_digests += piece_digest(piece)
                yield decode(piece, codec)
    except FileNotFoundError as error:
        raise StorageError("server_contribution_damaged", file=str(path)) from error
    except OSError as error:
        raise StorageError("server_storage", file=str(path), detail=repr(error)) from error
    if digest is not None and content_digest(piece_digests) != digest:
        raise StorageError("server_contribution_damaged", file=str(path))
