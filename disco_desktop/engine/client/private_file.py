"""Files that only their owner may read: keys."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_IS_POSIX = os.name == "posix"


def write_private_file(path: Path, content: bytes) -> bool:
    """Create a file of mode 0600 in a folder of mode 0700, whole or not at all.

    The content is on the disk before the name appears, so that a power cut leaves no half of it.

    Returns:
        Whether the file was created; an existing one is left as it is, since two processes may
        be the first at the same moment, and both must end up with the same key.

    Raises:
        OSError: it could not be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        created = _give_name(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _settle_folder(path.parent)
    return created


def _give_name(beside: Path, path: Path) -> bool:
    """Name the finished file, unless the name is taken."""
    try:
        os.link(beside, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links, such as FAT
        if path.exists():
            return False
        beside.replace(path)
    return True


def read_private_file(path: Path, *, largest: int) -> bytes:
    """Read at most `largest` bytes of a file, and take away others' right to read it.

    Raises:
        OSError: it does not exist or cannot be read.
    """
    with path.open("rb") as file:
        if _IS_POSIX and os.fstat(file.fileno()).st_mode & 0o077:
            os.fchmod(file.fileno(), 0o600)
        return file.read(largest)


def set_aside(path: Path) -> Path:
    """Rename a damaged file so that it is kept and no longer used; return its new path."""
    aside = path.with_name(f"{path.name}.damaged-{secrets.token_hex(4)}")
    path.replace(aside)
    _settle_folder(path.parent)
    return aside


def _settle_folder(folder: Path) -> None:
    """Make a new name in a folder last through a power cut."""
    if not _IS_POSIX:  # Windows cannot open a folder, and needs no such call
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
