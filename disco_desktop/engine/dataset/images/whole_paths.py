"""Lists that name pictures by their whole paths: they may lie anywhere on this machine."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from disco_desktop.engine.dataset.images.label_list import FILE_COLUMN
from disco_desktop.engine.dataset.images.picture_files import SUFFIXES, Found, PictureFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.engine.dataset.source_table import SourceTable


def find_named(table: SourceTable) -> tuple[Found, SourceTable] | None:
    """Return the pictures of such a list, and the list with their paths below a common folder.

    A picture that is not there is left out of what is found. None where any of the names is not a
    whole path.
    """
    names = [(cell or "").strip() for cell in table.frame[FILE_COLUMN].to_list()]
    if not names or not all(os.path.isabs(name) for name in names):
        return None
    paths = [os.path.normpath(name) for name in names]
    try:
        root = os.path.commonpath({os.path.dirname(path) for path in paths})
    except ValueError:  # on several drives, which have no folder in common
        return None
    inner = [os.path.relpath(path, root).replace(os.sep, "/") for path in paths]
    found = Found(Path(root), files=sorted(_files(root, dict.fromkeys(inner))))
    return found, replace(table, frame=table.frame.with_columns(pl.Series(FILE_COLUMN, inner)))


def _files(root: str, paths: Iterable[str]) -> Iterable[PictureFile]:
    for path in paths:
        if os.path.splitext(path)[1].lower() not in SUFFIXES:
            continue
        try:
            status = os.stat(os.path.join(root, path))
        except OSError:
            continue  # that it is not there is told with the list
        if not stat.S_ISREG(status.st_mode):
            continue  # a pipe or a device would keep us waiting
        yield PictureFile(path, status.st_size, status.st_mtime_ns)
