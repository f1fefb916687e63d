"""What was found in somebody's data, before anything is trained on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

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


class LeftOut(Struct, frozen=True, kw_only=True):
    """What of some data could not be used for a test or a prediction, and with what effect.

    Attributes:
        count: how many samples.
        of: how many there are, those included.
        by_outcome: of each label, how many samples were left out, where their outcome is known.
        used_by_outcome: of each label, how many were used; both are empty where there are no
            labels, or where no outcome was asked for.
    """

    count: int = 0
    of: int = 0
    by_outcome: dict[str, int] = {}
    used_by_outcome: dict[str, int] = {}

    @property
    def shift(self) -> float:
        """By how much a label's share differs among the used samples from that among all known."""
        used = sum(self.used_by_outcome.values())
        all_known = used + sum(self.by_outcome.values())
        if not used or not self.by_outcome:
            return 0.0
        return max(
            abs(here / used - (here + self.by_outcome.get(label, 0)) / all_known)
            for label, here in self.used_by_outcome.items()
        )


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
        left_out: what cannot be used, and with what effect.
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
    left_out: LeftOut | None = None

    @property
    def is_usable(self) -> bool:
        """Tell whether a training may begin with these data."""
        return not any(problem.severity == "error" for problem in self.problems)


def counted(labels: Sequence[str], places: npt.NDArray[np.generic]) -> dict[str, int]:
    """Count how often each label's place (n,) occurs; what is none of them does not count."""
    if not len(places):
        return {}
    counts = {label: int((places == place).sum()) for place, label in enumerate(labels)}
    return counts if any(counts.values()) else {}


def refusal(problem: Problem, problems: Sequence[Problem]) -> DataError:
    """Return the error that says why data cannot be used, with all that was found in them."""
    error = DataError(problem.code, detail="", **problem.told())
    error.problems = [one for one in problems if one is not problem]
    return error
