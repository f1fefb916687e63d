"""Which pictures belong together, for instance to one patient."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from disco_desktop.engine.task.image import FolderGroup

if TYPE_CHECKING:
    from disco_desktop.engine.task.image import NameGroup


def group_of(path: str, depth: int, group: FolderGroup | NameGroup) -> str | None:
    """Return the name of a picture's group; None where its path does not tell.

    Args:
        path: below the folder with the data.
        depth: how many folders lead to the label's, itself included; none where a list labels.
        group: how groups are told.
    """
    if isinstance(group, FolderGroup):
        below = path.split("/")[depth:-1]
        return "/".join(below[: group.level]) if len(below) >= group.level else None
    stem = PurePosixPath(path).stem
    parts = stem.split(group.separator)
    return group.separator.join(parts[: group.parts]) if len(parts) >= group.parts else None
