"""The decoded pictures behind some files, from the cache or decoded now."""

from __future__ import annotations

import os
import stat
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from disco_desktop.engine.dataset.images.decoding import (
    LARGEST_FILE_BYTES,
    Picture,
    PictureRefusedError,
    decode,
    quietly,
)
from disco_desktop.engine.dataset.images.picture_cache import CacheEntry, PictureCache
from disco_desktop.engine.dataset.images.picture_files import PictureFile
from disco_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.images.picture_cache import EntryWriter
    from disco_desktop.engine.dataset.watcher import Watcher
    from disco_desktop.engine.task.image import ImageData

MOST_THREADS = 8
# Bytes of a file, on average, below which a second thread is of no use: nearly all of the work is
# then Python's own, which only one thread does at a time.
_SMALL = 4 << 10
_FILES_AT_ONCE = 32  # that a thread decodes before it hands them over
_WAITING_BYTES = 256 << 20  # of decoded pictures that may wait to be written
_MARGIN = 256 << 20  # bytes that are left free on the disk


@dataclass(frozen=True)
class Pictures:
    """Decoded pictures, by the place of their file.

    Attributes:
        pixels: uint8 (distinct pictures, height, width, channels), mapped from a file.
        places: int64 (n,), of each file's pixels; -1 where it could not be decoded.
        hashes: uint64 (n,), the same for the same pixels; zero where there are none.
        sides: int32 (n, 2), width and height of the files' own pictures.
        failures: code of what is the matter with a file, by the file's place.
    """

    pixels: npt.NDArray[np.uint8]
    places: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]
    sides: npt.NDArray[np.int32]
    failures: dict[int, str]


class _Outcome(NamedTuple):
    """What became of one file: its place, the file as it was read, and the picture or a code."""

    place: int
    file: PictureFile
    picture: Picture | str


def load_pictures(
    root: Path,
    files: Sequence[PictureFile],
    data: ImageData,
    *,
    kept_as: Path | None = None,
    unasked: Sequence[PictureFile] = (),
    watcher: Watcher,
) -> Pictures:
    """Decode those files that are not in the cache as they are, and return all.

    Args:
        root: the folder that the files lie below.
        files: to be decoded.
        data: says how pictures are to be seen.
        kept_as: what they are kept under, where it is not the folder.
        unasked: other files there, of which the cache keeps what it has.
        watcher: is told how many files are done.

    Raises:
        StorageError: there is no room for the decoded pictures.
    """
    cache = PictureCache(kept_as or root, data)
    entry = cache.load()
    missing = [
        place for place, file in enumerate(files) if entry is None or entry.known(file) is None
    ]
    failures: dict[int, str] = {}
    if missing:
        _check_room(cache, len(missing))
        filling = _Filling(cache, entry, [*files, *unasked])
        try:
            for place, file, picture in _decoded(root, files, missing, data, watcher):
                if isinstance(picture, str):
                    failures[place] = picture
                else:
                    filling.add(file, picture)
            entry = filling.finish()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageError(
                "cache_failed", folder=str(cache.folder), reason=reason, detail=str(error)
            ) from error
        finally:
            filling.abandon()
    return _pictures(entry, files, failures, data)


def _check_room(cache: PictureCache, count: int) -> None:
    """Refuse what cannot fit before any of it is decoded.

    Raises:
        StorageError: the disk or the cache is too small.
    """
    needed = count * cache.picture_bytes
    try:
        room = cache.room() - _MARGIN
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError("cache_failed", folder=str(cache.folder), reason=reason) from error
    if needed > room:
        raise StorageError(
            "pictures_need_room",
            count=count,
            needed_mib=-(-needed >> 20),
            room_mib=max(room, 0) >> 20,
            folder=str(cache.folder),
        )


class _Filling:
    """A new entry of the cache, begun when there is something to add to the one before."""

    def __init__(
        self, cache: PictureCache, old: CacheEntry | None, present: Sequence[PictureFile]
    ) -> None:
        self._cache = cache
        self._old = old
        self._present = present
        self._writer: EntryWriter | None = None

    def add(self, file: PictureFile, picture: Picture) -> None:
        """Add a picture that was decoded just now."""
        if self._writer is None:
            self._writer = self._cache.begin()
            self._carry_over(self._writer)
        details = picture.digest, picture.width, picture.height
        self._writer.add(file, details, picture.pixels.data)

    def _carry_over(self, writer: EntryWriter) -> None:
        """Copy what has not changed."""
        if self._old is None:
            return
        for file in self._present:
            known = self._old.known(file)
            if known is not None:
                digest = self._old.digests[known.place]
                pixels = np.ascontiguousarray(self._old.pixels[known.place])
                writer.add(file, (digest, known.width, known.height), pixels.data)

    def finish(self) -> CacheEntry | None:
        """Return the entry with all that was added; the one before where nothing was."""
        if self._writer is None:
            return self._old
        writer, self._writer = self._writer, None
        try:
            return self._cache.publish(writer)
        except BaseException:
            writer.abandon()
            raise

    def abandon(self) -> None:
        """Throw away an entry that did not come to its end."""
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None


def _decoded(
    root: Path,
    files: Sequence[PictureFile],
    places: Sequence[int],
    data: ImageData,
    watcher: Watcher,
) -> Iterator[_Outcome]:
    """Yield the outcomes in order; a few threads decode ahead of it, but not too far."""
    batches = deque(
        places[start : start + _FILES_AT_ONCE] for start in range(0, len(places), _FILES_AT_ONCE)
    )
    size = sum(files[place].size for place in places) // max(len(places), 1)
    threads = 1 if size < _SMALL else min(os.cpu_count() or 1, MOST_THREADS)
    bytes_each = data.height * data.width * data.channels * _FILES_AT_ONCE
    most_waiting = max(threads, min(4 * threads, _WAITING_BYTES // bytes_each))
    work = partial(_decode_batch, root, files, data)
    waiting: deque[Future[list[_Outcome]]] = deque()
    done = len(files) - len(places)
    executor = ThreadPoolExecutor(threads, "disco-pictures")
    with quietly():
        try:
            while batches or waiting:
                while batches and len(waiting) < most_waiting:
                    waiting.append(executor.submit(work, batches.popleft()))
                outcomes = waiting.popleft().result()
                yield from outcomes
                done += len(outcomes)
                watcher.rows_read(done)
        finally:
            executor.shutdown(cancel_futures=True)


def _decode_batch(
    root: Path, files: Sequence[PictureFile], data: ImageData, places: Sequence[int]
) -> list[_Outcome]:
    return [_read(root, place, files[place], data) for place in places]


def _read(root: Path, place: int, file: PictureFile, data: ImageData) -> _Outcome:
    """Read one file; size and time of change are those of what was read."""
    try:
        with open(f"{root}/{file.path}", "rb", buffering=0) as opened:
            status = os.fstat(opened.fileno())
            read = PictureFile(file.path, status.st_size, status.st_mtime_ns)
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE_BYTES:
                return _Outcome(place, file, "pictures_too_large")
            content = opened.readall()  # as much as was said; a limit would be allocated
        return _Outcome(place, read, decode(content, data))
    except OSError:
        return _Outcome(place, file, "pictures_not_opened")
    except PictureRefusedError as refusal:
        return _Outcome(place, file, refusal.code)
    except MemoryError:
        return _Outcome(place, file, "pictures_too_large")


def _pictures(
    entry: CacheEntry | None,
    files: Sequence[PictureFile],
    failures: dict[int, str],
    data: ImageData,
) -> Pictures:
    count = len(files)
    places = np.full(count, -1, dtype=np.int64)
    sides = np.zeros((count, 2), dtype=np.int32)
    hashes = np.zeros(count, dtype=np.uint64)
    if entry is None:
        shape = (0, data.height, data.width, data.channels)
        return Pictures(np.zeros(shape, dtype=np.uint8), places, hashes, sides, failures)
    for place, file in enumerate(files):
        known = None if place in failures else entry.files.get(file.path)
        if known is not None:
            places[place] = known.place
            sides[place] = known.width, known.height
    starts = b"".join(digest[:8] for digest in entry.digests)
    is_there = places >= 0
    hashes[is_there] = np.frombuffer(starts, dtype=">u8").astype(np.uint64)[places[is_there]]
    return Pictures(entry.pixels, places, hashes, sides, failures)
