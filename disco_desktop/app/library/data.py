"""Data that a person points at: samples of a task, those used last, pictures put to labels."""

from __future__ import annotations

import asyncio
import csv
import io
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from disco_desktop.engine.dataset.images.picture_files import SUFFIXES
from disco_desktop.engine.default_tasks.registry import task_providers
from disco_desktop.engine.durable_files import private_folder, replaced_durably
from disco_desktop.engine.errors import DataError
from disco_desktop.engine.memory.storage import storing_in
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from disco_desktop.engine.task.task import Task

_ROWS = 50  # looked at for a good example

_log = logger(__name__)


@dataclass(frozen=True)
class SampleData:
    """A folder of sample data, and one row of it as an example, by column."""

    folder: Path
    example: Mapping[str, str] = field(default_factory=dict)


def find_sample(task: Task) -> SampleData | None:
    """Return a task's sample data; none where a task of this name here means other data."""
    provider = task_providers().get(task.id)
    if provider is None or provider.get_task().data != task.data:
        return None
    folder = provider.sample_data()
    return None if folder is None else SampleData(folder, _example(task, folder))


def _example(task: Task, folder: Path) -> dict[str, str]:
    """Return the first row that has something in each column that counts."""
    if not isinstance(task.data, TabularData):
        return {}
    names = [*(column.name for column in task.data.inputs), task.data.outcome.name]
    for path in sorted(folder.glob("*.csv")):
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                for _, row in zip(range(_ROWS), csv.DictReader(file), strict=False):
                    if all(row.get(name) for name in names):
                        return {name: row[name] for name in names}
        except (OSError, ValueError, csv.Error) as error:
            _log.debug("no example from %s: %s", path.name, error)
    return {}


_FILE = "last_data.json"
_MOST = 200  # remembered; the oldest are forgotten
_LARGEST_FILE = 1 << 20

Purpose: TypeAlias = Literal["training", "test", "prediction"]
_Path: TypeAlias = Annotated[str, Meta(max_length=4096)]


class _Remembered(Struct):
    paths: dict[str, _Path] = {}


class LastData:
    """Paths by purpose and task, in a file of the person's folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE
        self._paths = self._read()
        self._writing = asyncio.Lock()

    def path(self, purpose: Purpose, task_id: str) -> Path | None:
        """Return what was used last, whether it is still there or not."""
        found = self._paths.get(_key(purpose, task_id))
        return Path(found) if found else None

    async def remember(self, purpose: Purpose, task_id: str, path: Path) -> None:
        """Remember what is used now.

        Raises:
            StorageError: it could not be kept; it is known until the program ends all the same.
        """
        key = _key(purpose, task_id)
        self._paths.pop(key, None)
        self._paths[key] = str(path)
        for oldest in tuple(self._paths)[:-_MOST]:
            del self._paths[oldest]
        content = msgspec.json.encode(_Remembered(self._paths))
        async with self._writing:
            await asyncio.to_thread(self._write, content)

    def _write(self, content: bytes) -> None:
        with storing_in(self._file.parent):
            private_folder(self._file.parent)
            with replaced_durably(self._file) as file:
                file.write(content)

    def _read(self) -> dict[str, str]:
        """Read what was remembered; what cannot be read is forgotten, which costs a click."""
        try:
            with self._file.open("rb") as file:
                return dict(msgspec.json.decode(file.read(_LARGEST_FILE), type=_Remembered).paths)
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            _log.info("the data used last are forgotten: %s", error)
            return {}


def _key(purpose: Purpose, task_id: str) -> str:
    return f"{purpose} {task_id}"


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
            private_folder(path.parent)
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
