"""Which pictures lie below a folder, without opening any of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from disco_desktop.engine.dataset.excerpt import LONGEST_FILE_NAME, excerpt, file_name
from disco_desktop.engine.dataset.refused_file import refuse
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".jpe", ".webp", ".tif", ".tiff", ".gif", ".bmp"))
LARGEST_FOLDER = 1_000_000
FILES_BETWEEN = 1_000  # files that are found between two words about it


class PictureFile(NamedTuple):
    """A file that is called like a picture.

    Attributes:
        path: below the folder, with slashes on every system.
        size: bytes.
        modified: nanoseconds since 1970.
    """

    path: str
    size: int
    modified: int

    @property
    def parts(self) -> list[str]:
        """The folders that it lies in, and its name."""
        return self.path.split("/")


@dataclass
class Found:
    """What lies below a folder.

    Attributes:
        root: the folder.
        files: the pictures, sorted by path.
        others: paths of files of other kinds.
        denied: paths of folders that could not be looked into.
    """

    root: Path
    files: list[PictureFile] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)


def find_pictures(folder: Path, *, watcher: Watcher = NOBODY) -> Found:
    """Look through a folder and all folders in it, each once even where links go round in circles.

    Raises:
        FileRefusedError: the folder cannot be looked into, or has too many files.
    """
    found = Found(folder)
    waiting = [""]
    seen: set[tuple[int, int]] = set()
    while waiting:
        inner = waiting.pop()
        try:
            waiting += _look_into(found, inner, seen, watcher)
        except OSError as error:
            if not inner:
                reason = error.strerror or "it cannot be looked into"
                raise refuse("data_unreadable", file_name(folder), reason=reason) from error
            found.denied.append(inner)
    found.files.sort()
    found.others.sort()
    return found


def _look_into(
    found: Found, inner: str, seen: set[tuple[int, int]], watcher: Watcher
) -> Iterable[str]:
    """Note the files of one folder, and return the folders in it."""
    place = found.root / inner if inner else found.root
    status = place.stat()
    if status.st_ino and (status.st_dev, status.st_ino) in seen:
        return []
    seen.add((status.st_dev, status.st_ino))
    folders = []
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~$")) or entry.name == "__MACOSX":
                continue
            path = f"{inner}/{entry.name}" if inner else entry.name
            if entry.is_dir():
                folders.append(path)
            else:
                _note(found, path, entry)
                count = len(found.files) + len(found.others)
                if count > LARGEST_FOLDER:
                    raise refuse("folder_too_large", file_name(found.root), largest=LARGEST_FOLDER)
                if count % FILES_BETWEEN == 0:
                    watcher.rows_read(count)
    return folders


def _note(found: Found, path: str, entry: os.DirEntry[str]) -> None:
    if os.path.splitext(entry.name)[1].lower() not in SUFFIXES:
        found.others.append(path)
        return
    try:
        status = entry.stat()
    except OSError:  # a link to nowhere; that it cannot be read is told when it is opened
        found.files.append(PictureFile(path, -1, 0))
        return
    if entry.is_file():
        found.files.append(PictureFile(path, status.st_size, status.st_mtime_ns))
    else:
        found.others.append(path)  # a pipe or a device would keep us waiting


def shown_path(path: str) -> str:
    """Return a path as it may be shown, the end of it where it is long."""
    shown = excerpt(path, len(path))
    return shown if len(shown) <= LONGEST_FILE_NAME else "…" + shown[-LONGEST_FILE_NAME:]
