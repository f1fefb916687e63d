"""Sample data that are folders of pictures: unpacked or drawn once, into the cache."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING

from disco_desktop.engine.cache_folder import UNFINISHED, cache_folder
from disco_desktop.engine.durable_files import sync_folder
from disco_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def unpacked(name: str, write: Callable[[Path], None]) -> Path:
    """Return a folder of the cache; where it is not there, have it written first.

    It takes its place when it is whole, so that nobody finds half of it.

    Args:
        name: of the folder; another one for other content.
        write: puts all that belongs into an empty folder.

    Raises:
        StorageError: it could not be written.
    """
    folder = cache_folder("samples", name)
    if folder.is_dir():
        return folder
    beside = folder.with_name(f"{UNFINISHED}{name}.{secrets.token_hex(4)}")
    try:
        beside.mkdir(parents=True)
        write(beside)
        if not folder.is_dir():  # another program may have been quicker
            beside.rename(folder)
            sync_folder(folder.parent)
    except OSError as error:
        if not folder.is_dir():
            reason = error.strerror or type(error).__name__
            raise StorageError(
                "sample_not_copied", folder=str(folder), reason=reason, detail=str(error)
            ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder
