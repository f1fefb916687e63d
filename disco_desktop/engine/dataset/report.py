"""What was found in somebody's data, before anything is trained on them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

MENTIONED_ROWS = 20

Severity: TypeAlias = Literal["error", "warning"]
ProblemArgument: TypeAlias = str | int | float | list[str]


class Problem(Struct, frozen=True, kw_only=True):
    """One kind of trouble in one place.

    Attributes:
        code: names the sentence in the catalogue.
        severity: an error makes training impossible; after a warning it goes on with the rest.
        file: name of the file, empty where the problem is of the whole.
        column: name of the task's column, empty where the problem is of none.
        rows: numbers of the first data rows concerned within the file, from one.
        lines: where those rows begin in the file: line of a text, row of a sheet; empty where the
            format has none.
        count: how many rows or cells are concerned.
        arguments: what else the sentence mentions.
    """

    code: str
    severity: Severity
    file: str = ""
    column: str = ""
    rows: list[int] = []
    lines: list[int] = []
    count: int = 0
    arguments: dict[str, ProblemArgument] = {}

    def told(self) -> dict[str, ProblemArgument | list[int]]:
        """Return all that the sentence may mention, by name.

        Where a format has no lines, its rows are its lines.
        """
        return {
            **self.arguments,
            "file": self.file,
            "column": self.column,
            "rows": self.rows,
            "lines": self.lines or self.rows,
            "count": self.count,
        }


class Spread(Struct, frozen=True, kw_only=True):
    """How the numbers of an outcome lie, in its own unit."""

    least: float
    mean: float
    greatest: float
    unit: str


class Report(Struct, frozen=True, kw_only=True):
    """The state of the data behind one path, as far as one task is concerned.

    Attributes:
        task: id of the task.
        files: names of the files that were read.
        rows: data rows that hold anything, broken ones included.
        usable_rows: those that the loader takes.
        balance: how many usable rows have each label of the outcome; empty where it is a number.
        spread: of an outcome that is a number, where there are usable rows.
        training, validation: how many rows are trained on, and held out to validate.
        problems: errors first.
    """

    task: str
    files: list[str]
    rows: int
    usable_rows: int
    balance: dict[str, int]
    training: int
    validation: int
    problems: list[Problem]
    spread: Spread | None = None

    @property
    def is_usable(self) -> bool:
        """Tell whether a training may begin with these data."""
        return not any(problem.severity == "error" for problem in self.problems)
