"""Pictures that somebody has put to labels, and the list of them that can be trained on."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.images.picture_files import SUFFIXES
from disco_desktop.engine.durable_files import replaced_durably
from disco_desktop.engine.errors import DataError
from disco_desktop.engine.memory.storage import storing_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_PICTURES = 200_000  # on all labels; who has more has folders

_COLUMNS = ("filename", "label")


class LabelGroups:
    """Knows of each picture on which label it lies: a picture has one label, the latest.

    Attributes:
        values: the labels as they stand in the data.
    """

    def __init__(self, values: Sequence[str]) -> None:
        self.values = tuple(values)
        self._value_of: dict[str, str] = {}

    @property
    def total(self) -> int:
        """How many pictures lie on labels."""
        return len(self._value_of)

    @property
    def counts(self) -> dict[str, int]:
        """How many pictures lie on each label."""
        counted = Counter(self._value_of.values())
        return {value: counted[value] for value in self.values}

    def put(self, value: str, pictures: Iterable[str]) -> None:
        """Put pictures, given by their absolute paths, on a label.

        Raises:
            DataError: these would be too many; none of them is put there.
        """
        fresh = dict.fromkeys(pictures, value)
        if len(self._value_of.keys() | fresh.keys()) > MOST_PICTURES:
            raise DataError("too_many_pictures_by_label", most=MOST_PICTURES)
        self._value_of.update(fresh)

    def clear(self, value: str) -> None:
        """Take all pictures from a label."""
        kept = {path: label for path, label in self._value_of.items() if label != value}
        self._value_of = kept

    def write(self, path: Path) -> None:
        """Write the list, one row a picture, in place of one that was there.

        Raises:
            StorageError: it could not be written.
        """
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        writer.writerows(self._value_of.items())
        with storing_in(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replaced_durably(path) as file:
                file.write(text.getvalue().encode("utf-8", "surrogateescape"))


def pictures_behind(paths: Iterable[Path]) -> list[str]:
    """Return the pictures among these files, and in these folders at any depth, in order.

    Raises:
        DataError: there are too many.
    """
    found: list[str] = []
    for path in paths:
        for picture in _pictures(Path(os.path.abspath(path))):
            found.append(str(picture))
            if len(found) > MOST_PICTURES:
                raise DataError("too_many_pictures_by_label", most=MOST_PICTURES)
    return found


def _pictures(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        if path.suffix.lower() in SUFFIXES and path.is_file():
            yield path
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES:
                yield Path(folder, name)
