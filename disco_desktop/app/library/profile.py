"""Where everything lies that is kept for a person, and how much of the disk it takes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disco_desktop.engine.cache_folder import cache_folder
from disco_desktop.engine.memory.storage import default_root, storing_in

if TYPE_CHECKING:
    from pathlib import Path


def memory_folder() -> Path:
    """Return the folder of the models and checkpoints."""
    return default_root()


def trainings_folder() -> Path:
    """Return the folder of the trainings under way, each in a folder of its own."""
    return default_root().parent / "trainings"


def identities_folder() -> Path:
    """Return the folder of the keys by which servers know this installation."""
    return default_root().parent / "identities"


def home_folder() -> Path:
    """Return the folder that all others lie in."""
    return default_root().parent


@dataclass(frozen=True, kw_only=True)
class DiskUse:
    """Bytes, by what they are for.

    Attributes:
        trainings: what interrupted trainings need to go on.
        server: what the server on this computer keeps.
        damaged: files that were set aside because they could not be read.
        damaged_files: how many those are.
        cache: what can be made again: decoded pictures, their features, sample data.
    """

    models: int
    trainings: int
    server: int
    damaged: int
    damaged_files: int
    cache: int = 0


def disk_use() -> DiskUse:
    """Look at the disk; this may take a while."""
    memory = memory_folder()
    return DiskUse(
        models=_size(memory / "models"),
        trainings=_size(memory / "checkpoints") + _size(trainings_folder()),
        server=_size(home_folder() / "server"),
        damaged=_size(memory / "damaged"),
        damaged_files=len(_files(memory / "damaged")),
        cache=_size(cache_folder()),
    )


def clear_damaged() -> None:
    """Throw away the damaged files.

    Raises:
        StorageError: it could not be done.
    """
    folder = memory_folder() / "damaged"
    if folder.exists():
        with storing_in(folder):
            shutil.rmtree(folder)


def clear_cache() -> None:
    """Throw away what can be made again; what a training has open meanwhile stays readable to it.

    Raises:
        StorageError: it could not be done.
    """
    folder = cache_folder()
    if folder.exists():
        with storing_in(folder):
            shutil.rmtree(folder)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def _size(folder: Path) -> int:
    """Return the bytes of all files; those that go meanwhile do not count."""
    total = 0
    for path in _files(folder):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total
