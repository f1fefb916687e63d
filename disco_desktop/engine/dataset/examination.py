"""The one place where it is decided which rows are usable; report and loader both rely on it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import polars as pl

from disco_desktop.engine.dataset.checked_rows import CheckedRows, join
from disco_desktop.engine.dataset.column_checks import Findings, check_rows
from disco_desktop.engine.dataset.refused_file import FileRefusedError
from disco_desktop.engine.dataset.report import Problem
from disco_desktop.engine.dataset.source_files import find_files, read_file
from disco_desktop.engine.dataset.source_table import SourceTable, check_size
from disco_desktop.engine.dataset.split import hash_rows, hash_texts
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.reader import Purpose
    from disco_desktop.engine.task.tabular import TabularData


@dataclass(frozen=True)
class Examination:
    """All that was found behind a path.

    Attributes:
        tables: the files that were read, each with its readable rows as text.
        usable: the rows to go on with.
        left_out: float64 (m,), outcomes of the other rows, as of the usable ones.
        problems: what was found wrong on the way here, errors first.
    """

    tables: list[SourceTable]
    usable: CheckedRows
    left_out: npt.NDArray[np.float64]
    problems: list[Problem]

    @property
    def count(self) -> int:
        """Data rows that hold anything, broken ones included."""
        return sum(table.count for table in self.tables)

    @property
    def first_error(self) -> Problem | None:
        """The problem that makes the data useless, if there is one."""
        return next((found for found in self.problems if found.severity == "error"), None)


def examine(
    data: TabularData,
    path: Path,
    purpose: Purpose,
    *,
    keep_all: bool = False,
    watcher: Watcher = NOBODY,
) -> Examination:
    """Read what is behind a path and check every row. Bad content is told and never raised.

    Args:
        data: says which columns count.
        path: a file, or a folder of files.
        purpose: what the rows are for; a prediction needs no outcome.
        keep_all: keep the columns too that do not count.
        watcher: is told how it goes on.
    """
    tables, problems = _read(data, path, purpose, keep_all=keep_all, watcher=watcher)
    parts: list[CheckedRows] = []
    left_out: list[npt.NDArray[np.float64]] = [np.empty(0)]
    for table, start in zip(tables, row_offsets(tables), strict=True):
        found = check_rows(
            data,
            table,
            with_outcome=purpose != "prediction",
            with_group=purpose == "training",
        )
        problems += _told(table.problems + found.problems, watcher)
        parts.append(_usable(found, table.rows + start))
        left_out.append(found.outcomes[~found.is_usable])
    usable = join(parts, width=len(data.inputs))
    if purpose == "training":
        problems += _told(_repeated(usable), watcher)
    if tables and not len(usable):
        count = sum(table.count for table in tables)
        code = "no_usable_rows" if count else "no_rows"
        problems += _told([Problem(code=code, severity="error", count=count)], watcher)
    return Examination(
        tables=tables,
        usable=usable,
        left_out=np.concatenate(left_out),
        problems=sorted(problems, key=lambda problem: problem.severity),
    )


def row_offsets(tables: list[SourceTable]) -> list[int]:
    """Return for each table how many data rows the ones before it have."""
    return list(accumulate((table.count for table in tables), initial=0))[:-1]


def _wanted(data: TabularData, purpose: Purpose) -> list[str]:
    """Return the columns that a purpose cannot do without."""
    names = [column.name for column in data.inputs]
    if purpose != "prediction":
        names.append(data.outcome.name)
    if purpose == "training" and data.group is not None:
        names.append(data.group)
    return list(dict.fromkeys(names))


def _told(problems: list[Problem], watcher: Watcher) -> list[Problem]:
    """Tell of problems, and return them."""
    for problem in problems:
        watcher.problem_found(problem)
    return problems


def _read(
    data: TabularData, path: Path, purpose: Purpose, *, keep_all: bool, watcher: Watcher
) -> tuple[list[SourceTable], list[Problem]]:
    """Read the files that can be read; an unusable one is an error only where all are."""
    tables: list[SourceTable] = []
    refusals: list[Problem] = []
    wanted = _wanted(data, purpose)
    cells = 0
    try:
        for file in find_files(path):
            try:
                table = read_file(file, wanted, keep_all=keep_all, watcher=watcher)
                cells += table.frame.height * table.frame.width
                check_size(table.file, cells)
                tables.append(table)
            except FileRefusedError as refusal:
                refusals += _told([refusal.problem], watcher)
    except FileRefusedError as refusal:
        refusals += _told([refusal.problem], watcher)
    if tables:
        refusals = [msgspec.structs.replace(problem, severity="warning") for problem in refusals]
    return tables, refusals


def _usable(found: Findings, rows: npt.NDArray[np.int64]) -> CheckedRows:
    """Pick the rows of a table that passed every check."""
    where = found.is_usable
    numbers, outcomes = found.numbers[where], found.outcomes[where]
    content = hash_rows(np.column_stack([numbers, outcomes]))
    units = content
    if found.groups is not None:
        units = hash_texts(found.groups.filter(pl.Series(where)))
    return CheckedRows(
        numbers=numbers, outcomes=outcomes, rows=rows[where], content=content, units=units
    )


def _repeated(usable: CheckedRows) -> list[Problem]:
    """Tell of rows that are equal to another in all that the task looks at."""
    count = len(usable) - len(np.unique(usable.content))
    return [Problem(code="rows_repeated", severity="warning", count=count)] if count else []
