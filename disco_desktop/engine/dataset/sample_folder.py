"""A copy of a task's sample data, for a person to look at and to train on."""

from __future__ import annotations

import filecmp
import shutil
from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.excerpt import file_name
from disco_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path


def copy_sample(source: Path, folder: Path) -> list[Path]:
    """Copy the files of a folder of samples into another one, which is made where it is missing.

    Returns:
        the files as they are in the folder now.

    Raises:
        StorageError: a file of that name with other content is there, which is never overwritten,
            or the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_copy(file, folder / file.relative_to(source)) for file in _files(source)]
    except OSError as error:
        reason = error.strerror or ""
        raise StorageError("sample_not_copied", folder=file_name(folder), reason=reason) from error


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        shutil.copyfile(source, target)
    elif not filecmp.cmp(source, target, shallow=False):
        raise StorageError("sample_in_the_way", file=str(target))
    return target
