"""The folder that a memory lies in, and what can go wrong with it."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from disco_desktop.engine.cache_folder import HOME_VARIABLE
from disco_desktop.engine.durable_files import sync_folder
from disco_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def default_root() -> Path:
    """Return where this person's memory lies: under `DISCO_HOME`, or where the system says."""
    home = os.environ.get(HOME_VARIABLE)
    return (Path(home) if home else platformdirs.user_data_path("disco-desktop")) / "memory"


@contextmanager
def storing_in(folder: Path) -> Iterator[None]:
    """Turn what the system says about a failed write into a StorageError."""
    try:
        yield
    except OSError as error:
        raise storage_error(folder, error) from error


def storage_error(folder: Path, error: OSError) -> StorageError:
    """Return the error that tells a person why nothing could be kept in a folder."""
    if error.errno in _FULL:
        return StorageError("storage_full", folder=str(folder), detail=str(error))
    if error.errno in _FORBIDDEN:
        return StorageError("storage_forbidden", folder=str(folder), detail=str(error))
    reason = error.strerror or type(error).__name__
    return StorageError("storage_failed", folder=str(folder), reason=reason, detail=str(error))


def set_aside(path: Path, damaged: Path) -> Path:
    """Move a damaged file out of the way, so that it is kept and no longer used.

    Raises:
        OSError: it could not be moved.
    """
    damaged.mkdir(parents=True, exist_ok=True)
    aside = damaged / f"{path.stem}-{secrets.token_hex(3)}{path.suffix}"
    path.replace(aside)
    sync_folder(path.parent)
    sync_folder(damaged)
    return aside
