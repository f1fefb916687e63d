"""Decoded pictures in a file that is mapped into memory, so that each is decoded once.

An entry is a folder with two files: the pixels of all distinct pictures one after the other, and an
index that says for each file of the dataset which of them is its own. An entry is written beside
and renamed when it is whole, and never changed afterwards: two programs that write at once cannot
spoil each other's. A file counts as the same while path, size and time of change are; what has
changed is decoded anew and the rest is copied. Files that could not be decoded are not in it, and
are tried again each time.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import msgspec
import numpy as np
from msgspec import Struct

from disco_desktop.engine.cache_folder import (
    LARGEST_CACHE,
    UNFINISHED,
    cache_folder,
    clear_unfinished,
    discard,
    evict,
)
from disco_desktop.engine.dataset.images.decoding import VERSION
from disco_desktop.engine.durable_files import private_folder
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.images.picture_files import PictureFile
    from disco_desktop.engine.task.image import ImageData

DIGEST_BYTES = 16
_INDEX = "index.msgpack"
_PIXELS = "pixels.bin"

_log = logger(__name__)


class _Index(Struct, forbid_unknown_fields=True, kw_only=True):
    """Columns over the files that were decoded, each as the bytes of an array.

    Attributes:
        paths: the paths below the folder, in the system's encoding, between zero bytes.
        sizes, modified: int64, as when they were read.
        places: int64, of the pixels of each.
        widths, heights: int32, of the files' own pictures.
        digests: 16 bytes for each distinct picture.
    """

    paths: bytes
    sizes: bytes
    modified: bytes
    places: bytes
    widths: bytes
    heights: bytes
    digests: bytes


@dataclass(frozen=True)
class Known:
    """What is kept of one file."""

    size: int
    modified: int
    place: int
    width: int
    height: int


class CacheEntry:
    """Decoded pictures of one folder in one task's size.

    Attributes:
        pixels: uint8 (distinct pictures, height, width, channels), mapped from the file.
        digests: of each of them.
        files: what is kept of each file, by path.
    """

    def __init__(
        self,
        pixels: npt.NDArray[np.uint8],
        digests: list[bytes],
        files: dict[str, Known],
    ) -> None:
        self.pixels = pixels
        self.digests = digests
        self.files = files

    def known(self, file: PictureFile) -> Known | None:
        """Return what is kept of a file, if it has not changed since."""
        found = self.files.get(file.path)
        is_same = found is not None and (found.size, found.modified) == (file.size, file.modified)
        return found if is_same else None


class PictureCache:
    """The entries of all folders and sizes.

    Args:
        root: the folder with the data.
        data: says how pictures are to be seen.
        largest: bytes that all entries together may have.
    """

    def __init__(self, root: Path, data: ImageData, *, largest: int = LARGEST_CACHE) -> None:
        self.folder = cache_folder("pictures")
        self._shape = (data.height, data.width, data.channels)
        self._largest = largest
        seen = f"{VERSION}:{self._shape}:{data.resize}:".encode() + os.fsencode(root.resolve())
        self._key = hashlib.sha256(seen).hexdigest()[:32]

    @property
    def picture_bytes(self) -> int:
        """Bytes of one decoded picture."""
        return int(np.prod(self._shape))

    def room(self) -> int:
        """Return how many bytes may be written."""
        private_folder(self.folder)
        return min(self._largest, shutil.disk_usage(self.folder).free)

    def load(self) -> CacheEntry | None:
        """Return the newest entry of this folder and size; none where there is none, or damaged."""
        for entry in self._entries():
            try:
                loaded = self._read(entry)
            except (OSError, ValueError, msgspec.MsgspecError) as error:
                _log.debug("the cache entry %s is of no use: %s", entry.name, error)
                discard(entry)
                continue
            with suppress(OSError):
                os.utime(entry)  # used just now
            return loaded
        return None

    def _entries(self) -> list[Path]:
        """Return the entries of this folder and size, the newest first."""
        found = []
        with suppress(OSError):
            for path in self.folder.glob(f"{self._key}.*"):
                found.append((path.stat().st_mtime_ns, path))
        return [path for _, path in sorted(found, reverse=True)]

    def _read(self, entry: Path) -> CacheEntry:
        index = msgspec.msgpack.decode((entry / _INDEX).read_bytes(), type=_Index)
        digests = [
            index.digests[start : start + DIGEST_BYTES]
            for start in range(0, len(index.digests), DIGEST_BYTES)
        ]
        pixels = self._map(entry / _PIXELS, len(digests))
        columns = [
            np.frombuffer(column, dtype=kind).tolist()
            for column, kind in (
                (index.sizes, "<i8"),
                (index.modified, "<i8"),
                (index.places, "<i8"),
                (index.widths, "<i4"),
                (index.heights, "<i4"),
            )
        ]
        paths = [os.fsdecode(path) for path in index.paths.split(b"\0")] if index.paths else []
        files = {
            path: Known(*values)
            for path, *values in zip(paths, *columns, strict=True)
            if 0 <= values[2] < len(digests)
        }
        return CacheEntry(pixels, digests, files)

    def _map(self, path: Path, count: int) -> npt.NDArray[np.uint8]:
        if path.stat().st_size != count * self.picture_bytes:
            raise ValueError("the pixels are not as many as the index says")
        if not count:
            return np.zeros((0, *self._shape), dtype=np.uint8)
        # Copied when written to, which nobody does: torch warns of what cannot be written to.
        return np.memmap(path, dtype=np.uint8, mode="c", shape=(count, *self._shape))

    def begin(self) -> EntryWriter:
        """Begin to write an entry.

        Raises:
            OSError: there cannot be any.
        """
        clear_unfinished(self.folder)
        folder = self.folder / f"{UNFINISHED}{self._key}.{secrets.token_hex(6)}"
        folder.mkdir(parents=True)
        return EntryWriter(folder, (folder / _PIXELS).open("wb"), self._entries())

    def publish(self, writer: EntryWriter) -> CacheEntry:
        """Put a whole entry in the place of those before, and make room where there are too many.

        Raises:
            OSError: it could not be written.
        """
        final = self.folder / writer.folder.name.removeprefix(UNFINISHED)
        writer.finish()
        writer.folder.rename(final)
        for entry in writer.replaced:
            discard(entry)
        evict(self.folder, keep=final, largest=self._largest)
        return self._read(final)


class EntryWriter:
    """An entry that is being written; used by one thread.

    Attributes:
        folder: where it is written.
        replaced: the entries that were there when it was begun. One that another program has
            published since is not among them: that program has yet to open it.
    """

    def __init__(self, folder: Path, pixels: BinaryIO, replaced: list[Path]) -> None:
        self.folder = folder
        self.replaced = replaced
        self._pixels = pixels
        self._places: dict[bytes, int] = {}
        self._files: list[tuple[bytes, Known]] = []

    def add(self, file: PictureFile, picture: tuple[bytes, int, int], pixels: memoryview) -> None:
        """Add a file with its digest, width and height, and its pixels.

        Raises:
            OSError: the disk is full.
        """
        digest, width, height = picture
        if digest not in self._places:
            self._pixels.write(pixels)
            self._places[digest] = len(self._places)
        known = Known(file.size, file.modified, self._places[digest], width, height)
        self._files.append((os.fsencode(file.path), known))

    def finish(self) -> None:
        """Write what is left, and the index."""
        self._pixels.close()
        files = [known for _, known in self._files]
        index = _Index(
            paths=b"\0".join(path for path, _ in self._files),
            sizes=_column((known.size for known in files), "<i8"),
            modified=_column((known.modified for known in files), "<i8"),
            places=_column((known.place for known in files), "<i8"),
            widths=_column((known.width for known in files), "<i4"),
            heights=_column((known.height for known in files), "<i4"),
            digests=b"".join(self._places),
        )
        (self.folder / _INDEX).write_bytes(msgspec.msgpack.encode(index))

    def abandon(self) -> None:
        """Throw away what was written."""
        with suppress(OSError):
            self._pixels.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _column(values: object, kind: str) -> bytes:
    return np.fromiter(values, dtype=kind).tobytes()  # type: ignore[call-overload,no-any-return]
