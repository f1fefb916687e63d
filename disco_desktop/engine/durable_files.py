"""Files that survive a power cut: the old content or the new one, never half of it."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_BINARY = getattr(os, "O_BINARY", 0)  # Windows would change line ends otherwise
PRIVATE = 0o600  # of a file that its owner alone may read and change
SHARED = 0o666  # of one that is made for others, as far as the system's own mask lets it


def private_folder(path: Path) -> Path:
    """Make a folder into which its owner alone may look, and return it.

    One that is there already, such as an older program left it, is closed to others too.

    Raises:
        OSError: it cannot be made.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name != "nt":
        state = path.stat()
        if state.st_mode & 0o077 and state.st_uid == os.geteuid():
            path.chmod(state.st_mode & 0o7700)
    return path


@contextmanager
def replaced_durably(path: Path, *, mode: int = PRIVATE) -> Iterator[IO[bytes]]:
    """Open a file beside `path` for writing; when the block ends well it takes its place.

    Written, synced, renamed, and the folder synced; where anything fails `path` is untouched and
    what was written is gone.

    Args:
        path: the file; what people keep is theirs alone.
        mode: SHARED where the file is meant for others.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows has no such thing and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
