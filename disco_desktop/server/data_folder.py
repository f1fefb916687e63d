"""The folder that a server keeps everything in, and keeps to itself."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCK_FILE = "in-use.lock"


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Create a data folder if need be, and hold it for as long as this is entered.

    Two servers on the same rounds would undo each other's work. The system lets go of the folder
    when the process ends, in whatever way, so no left-over keeps the next one from starting.

    Raises:
        StorageError: `data_dir_in_use` by another server, or `folder_unusable`.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(
            "folder_unusable", folder=str(folder), reason=error.strerror or str(error)
        ) from error
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StorageError("data_dir_in_use", folder=str(folder)) from error
