"""A CSV file that says of pictures what they show: one row a file, `filename,label`."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.dataset.cells import folded
from disco_desktop.engine.dataset.csv_file import read_csv
from disco_desktop.engine.dataset.excerpt import excerpt, file_name
from disco_desktop.engine.dataset.images.known_labels import KnownLabels
from disco_desktop.engine.dataset.refused_file import refuse
from disco_desktop.engine.dataset.report import MENTIONED_ROWS, Problem
from disco_desktop.engine.dataset.source_table import LARGEST_FILE_BYTES
from disco_desktop.engine.dataset.watcher import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.images.picture_files import PictureFile
    from disco_desktop.engine.dataset.images.problem_list import Marked
    from disco_desktop.engine.dataset.source_table import SourceTable
    from disco_desktop.engine.task.outcome import ClassifiedOutcome

FILE_COLUMN = "filename"
LABEL_COLUMN = "label"
UNLABELLED = -1
_AMBIGUOUS = -2


@dataclass(frozen=True)
class Listed:
    """What a list says of the files.

    Attributes:
        outcomes: int16 (n,), place of each file's value, UNLABELLED where the list gives none.
        is_listed: bool (n,).
        is_contradictory: bool (n,): the list gives several.
    """

    outcomes: npt.NDArray[np.int16]
    is_listed: npt.NDArray[np.bool_]
    is_contradictory: npt.NDArray[np.bool_]


def read_list(path: Path, *, with_label: bool) -> SourceTable:
    """Read the list.

    Raises:
        FileRefusedError: it is no such list, or cannot be read.
    """
    wanted = [FILE_COLUMN, LABEL_COLUMN] if with_label else [FILE_COLUMN]
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise refuse("file_not_regular", file_name(path))
        if status.st_size > LARGEST_FILE_BYTES:
            raise refuse("file_too_large", file_name(path), largest_mib=LARGEST_FILE_BYTES >> 20)
        return read_csv(path, wanted, keep_all=False, watcher=NOBODY)
    except OSError as error:
        reason = error.strerror or "the name is not allowed"
        raise refuse("file_unreadable", file_name(path), reason=reason) from error


class _Names:
    """Finds the file that a name in the list means: by path or name, with or without its ending."""

    def __init__(self, files: Sequence[PictureFile]) -> None:
        self._places: list[dict[str, int]] = [{}, {}, {}, {}]
        for place, file in enumerate(files):
            for known, name in zip(self._places, _spellings(file.path), strict=True):
                known[name] = _AMBIGUOUS if name in known else place

    def find(self, name: str) -> int | None:
        """Return the file's place, _AMBIGUOUS where it may be one or another, None if missing."""
        asked = folded(name.strip().replace("\\", "/").removeprefix("./").lstrip("/"))
        bare = asked.rpartition("/")[2]
        by_path, by_stem_path, by_name, by_stem = self._places
        for known, spelling in (
            (by_path, asked),
            (by_stem_path, asked),
            (by_name, bare),
            (by_stem, bare),
        ):
            if spelling and spelling in known:
                return known[spelling]
        return None


def _spellings(path: str) -> tuple[str, str, str, str]:
    pure = PurePosixPath(folded(path))
    return str(pure), str(pure.with_suffix("")), pure.name, pure.stem


def apply_list(
    table: SourceTable, files: Sequence[PictureFile], outcome: ClassifiedOutcome, marked: Marked
) -> Listed:
    """Give the files the labels of a list, and tell of all that does not fit."""
    for found in table.problems:
        marked.tell(found)
    names = _Names(files)
    known = KnownLabels(outcome)
    outcomes = np.full(len(files), UNLABELLED, dtype=np.int16)
    is_listed = np.zeros(len(files), dtype=np.bool_)
    is_contradictory = np.zeros(len(files), dtype=np.bool_)
    faults: dict[str, list[int]] = {}
    asked = [cell or "" for cell in table.frame[FILE_COLUMN].to_list()]
    labels: list[str | None] = [None] * len(asked)
    if LABEL_COLUMN in table.frame.columns:
        labels = table.frame[LABEL_COLUMN].to_list()
    for row, (name, label) in enumerate(zip(asked, labels, strict=True)):
        place = names.find(name)
        if place is None or place == _AMBIGUOUS:
            code = "listed_file_missing" if place is None else "listed_file_ambiguous"
            faults.setdefault(code, []).append(row)
            continue
        is_repeated, is_listed[place] = bool(is_listed[place]), True
        if LABEL_COLUMN not in table.frame.columns:
            continue
        meant = known.place(label or "")
        if meant is None:
            code = "outcome_unknown" if (label or "").strip() else "outcome_missing"
            faults.setdefault(code, []).append(row)
        elif is_repeated and outcomes[place] not in (UNLABELLED, meant):
            is_contradictory[place] = True
        else:
            outcomes[place] = meant
        if is_repeated:
            faults.setdefault("listed_file_twice", []).append(row)
    for code, rows in faults.items():
        marked.tell(_problem(table, code, rows, outcome))
    outcomes[is_contradictory] = UNLABELLED
    return Listed(outcomes, is_listed, is_contradictory)


def _problem(
    table: SourceTable, code: str, rows: Iterable[int], outcome: ClassifiedOutcome
) -> Problem:
    places = list(rows)
    column = LABEL_COLUMN if code.startswith("outcome") else FILE_COLUMN
    first = places[:MENTIONED_ROWS]
    names = table.frame[FILE_COLUMN]
    return Problem(
        code=code,
        severity="warning",
        file=table.file,
        column=column,
        rows=table.rows[first].tolist(),
        lines=[] if table.lines is None else table.lines[first].tolist(),
        count=len(places),
        arguments={
            "example": excerpt(table.frame[column][places[0]] or ""),
            "files": [excerpt(names[row] or "") for row in first],
            "known": [*outcome.values],
        },
    )
