"""The folder for what can be made again at any time: decoded pictures, features, sample data."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME_VARIABLE = "DISCO_HOME"
LARGEST_CACHE = 32 << 30  # bytes, over all datasets
UNFINISHED = ".new-"  # what the name of an entry begins with that is still being written
_TRASH = ".trash-"
_LONGEST_WRITING = 86_400.0  # seconds after which whoever wrote it must have been killed


def cache_folder(*parts: str) -> Path:
    """Return a folder below the cache: under `DISCO_HOME`, or where the system has its caches."""
    home = os.environ.get(HOME_VARIABLE)
    root = Path(home) / "cache" if home else platformdirs.user_cache_path("disco-desktop")
    return root.joinpath(*parts)


def cached_files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder of the cache, without following links."""
    for path in folder.rglob("*"):
        if not path.is_symlink() and path.is_file():
            yield path


def evict(folder: Path, *, keep: Path, largest: int = LARGEST_CACHE) -> None:
    """Throw away the entries of a folder that were not used for longest, until the rest fits.

    Args:
        folder: what the entries lie in, each a file or a folder.
        keep: an entry that stays however large it is.
        largest: bytes that all entries together may have.
    """
    entries = []
    for path in folder.iterdir():
        if path == keep or path.name.startswith((UNFINISHED, _TRASH)):
            continue
        try:
            entries.append((path.stat().st_mtime_ns, size_of(path), path))
        except OSError:  # another program was quicker
            continue
    total = size_of(keep) + sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= largest:
            return
        discard(path)
        total -= size


def clear_unfinished(folder: Path) -> None:
    """Throw away what programs left that were killed while they wrote or threw away an entry."""
    for path in folder.glob(".*"):
        if not path.name.startswith((UNFINISHED, _TRASH)):
            continue
        try:
            is_left = time.time() - path.stat().st_mtime > _LONGEST_WRITING
        except OSError:
            continue
        if is_left:
            _remove(path)


def discard(path: Path) -> None:
    """Throw away an entry, where nobody has it open on a system that minds.

    It is renamed first, so that nobody ever finds half of it.
    """
    trash = path.with_name(f"{_TRASH}{path.name}")
    try:
        path.rename(trash)
    except OSError:
        return
    _remove(trash)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(OSError):
        path.unlink()


def size_of(path: Path) -> int:
    """Return the bytes of an entry; files that go meanwhile do not count."""
    total = 0
    for file in cached_files(path) if path.is_dir() else (path,):
        try:
            total += file.stat().st_size
        except OSError:
            continue
    return total
