"""Checks of one table's cells against the task's columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from disco_desktop.engine.dataset.cells import (
    MISSING,
    UNKNOWN,
    is_empty_cell,
    read_numbers,
    read_values,
)
from disco_desktop.engine.dataset.excerpt import excerpt
from disco_desktop.engine.dataset.report import Problem, ProblemArgument
from disco_desktop.engine.task.outcome import NumericOutcome
from disco_desktop.engine.task.tabular import CategoryColumn

if TYPE_CHECKING:
    import numpy.typing as npt
    import polars as pl

    from disco_desktop.engine.dataset.source_table import SourceTable
    from disco_desktop.engine.task.outcome import ClassifiedOutcome, Outcome
    from disco_desktop.engine.task.tabular import Column, NumericColumn, TabularData

FAR_OUT = 100.0  # scales away from the center: rather another unit than a rare case


class Marked(NamedTuple):
    """Cells of one column that share a problem, bool (n,)."""

    code: str
    column: str
    where: npt.NDArray[np.bool_]


@dataclass
class Findings:
    """What a table's cells mean, and which rows can be used.

    Attributes:
        numbers: float64 (n, f), not-a-number where a cell is empty or faulty; of a category, the
            place of its value.
        outcomes: float64 (n,), the place of the outcome's value, or the number that it is; MISSING
            all over where the outcome was not asked for.
        groups: text (n,), or None where there are no groups.
        is_usable: bool (n,).
        problems: why the others are not, and what is odd about those that are.
        marked: all cells that the problems are about.
    """

    numbers: npt.NDArray[np.float64]
    outcomes: npt.NDArray[np.float64]
    is_usable: npt.NDArray[np.bool_]
    groups: pl.Series | None = None
    problems: list[Problem] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)


class _TableCheck:
    """Checks column after column and gathers what it finds."""

    def __init__(self, data: TabularData, table: SourceTable) -> None:
        height = table.frame.height
        self._table = table
        self.findings = Findings(
            numbers=np.empty((height, len(data.inputs))),
            outcomes=np.full(height, float(MISSING)),
            is_usable=np.ones(height, dtype=np.bool_),
        )

    def check_input(self, place: int, column: Column) -> None:
        if isinstance(column, CategoryColumn):
            self._check_category(place, column)
        else:
            self._check_number(place, column)

    def _check_category(self, place: int, column: CategoryColumn) -> None:
        found, is_respelt = read_values(self._table.frame[column.name], column.values)
        self._tell("values_respelt", column.name, is_respelt, known=[*column.values])
        self.findings.numbers[:, place] = np.where(found < 0, np.nan, found)
        is_empty, is_unknown = found == MISSING, found == UNKNOWN
        known = [*column.values]
        if column.missing == "refuse":
            self._leave_out("cell_missing", column.name, is_empty)
            self._leave_out("category_unknown", column.name, is_unknown, known=known)
        elif len(is_empty) and is_empty.all():
            self._tell("column_empty", column.name, is_empty)
        elif len(is_empty) and (is_empty | is_unknown).all():
            self._tell("column_unknown", column.name, is_unknown, known=known)
        else:
            self._tell("cells_filled_own", column.name, is_empty)
            self._tell("category_filled_own", column.name, is_unknown, known=known)

    def _check_number(self, place: int, column: NumericColumn) -> None:
        cells = read_numbers(self._table.frame[column.name])
        self.findings.numbers[:, place] = cells.values
        for code, where in cells.faults.items():
            self._leave_out(code, column.name, where)
        if column.missing == "refuse":
            self._leave_out("cell_missing", column.name, cells.is_empty)
        elif len(cells.is_empty) and cells.is_empty.all():
            self._tell("column_empty", column.name, cells.is_empty)
        else:
            self._tell(f"cells_filled_{column.missing}", column.name, cells.is_empty)
        if column.center is not None and column.scale is not None:
            away = np.abs(cells.values - column.center)
            self._tell("cell_far_out", column.name, away > FAR_OUT * column.scale)

    def check_outcome(self, outcome: Outcome) -> None:
        if isinstance(outcome, NumericOutcome):
            self._check_number_outcome(outcome)
        else:
            self._check_value_outcome(outcome)

    def _check_number_outcome(self, outcome: NumericOutcome) -> None:
        cells = read_numbers(self._table.frame[outcome.name])
        self.findings.outcomes = cells.values
        for code, where in cells.faults.items():
            self._leave_out(code, outcome.name, where)
        self._leave_out("outcome_missing", outcome.name, cells.is_empty)
        away = np.abs(cells.values - outcome.center)
        self._tell("cell_far_out", outcome.name, away > FAR_OUT * outcome.scale)

    def _check_value_outcome(self, outcome: ClassifiedOutcome) -> None:
        found, is_respelt = read_values(self._table.frame[outcome.name], outcome.values)
        self._tell("values_respelt", outcome.name, is_respelt, known=[*outcome.values])
        self.findings.outcomes = found.astype(np.float64)
        self._leave_out("outcome_missing", outcome.name, found == MISSING)
        is_unknown = found == UNKNOWN
        self._leave_out("outcome_unknown", outcome.name, is_unknown, known=[*outcome.values])

    def check_group(self, name: str) -> None:
        column = self._table.frame[name]
        # A whole number that some program saved as 12.0 is the same group as 12.
        whole = column.str.strip_chars().str.replace(r"^(\d+)\.0$", "${1}")
        self.findings.groups = whole.fill_null("")
        self._leave_out("group_missing", name, is_empty_cell(column))

    def _leave_out(
        self, code: str, column: str, where: npt.NDArray[np.bool_], **arguments: ProblemArgument
    ) -> None:
        self._tell(code, column, where, **arguments)
        self.findings.is_usable &= ~where

    def _tell(
        self, code: str, column: str, where: npt.NDArray[np.bool_], **arguments: ProblemArgument
    ) -> None:
        count = int(where.sum())
        if not count:
            return
        rows, lines = self._table.mention(where)
        example = self._table.frame[column][int(where.argmax())] or ""
        problem = Problem(
            code=code,
            severity="warning",
            file=self._table.file,
            column=column,
            rows=rows,
            lines=lines,
            count=count,
            arguments={"example": excerpt(example), **arguments},
        )
        self.findings.problems.append(problem)
        self.findings.marked.append(Marked(code, column, where))


def check_rows(
    data: TabularData, table: SourceTable, *, with_outcome: bool, with_group: bool
) -> Findings:
    """Check every cell that a task looks at."""
    check = _TableCheck(data, table)
    for place, column in enumerate(data.inputs):
        check.check_input(place, column)
    if with_outcome:
        check.check_outcome(data.outcome)
    if with_group and data.group:
        check.check_group(data.group)
    return check.findings
