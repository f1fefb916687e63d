"""The columns that a task needs, and the problems found in somebody's data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import problem_sentence
from disco_desktop.engine.task.outcome import NumericOutcome
from disco_desktop.engine.task.tabular import CategoryColumn, TabularData
from disco_desktop.gui.wording import NOTHING
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.task.data import Data
    from disco_desktop.engine.task.outcome import Outcome
    from disco_desktop.engine.task.tabular import Column

Index = QModelIndex | QPersistentModelIndex


class ExpectedColumnsModel(QAbstractTableModel):
    """One row a column: its name, what it is, its kind, what an empty cell becomes, an example."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[str, ...]] = []

    def show_columns(
        self, data: Data, example: Mapping[str, str], *, with_outcome: bool = True
    ) -> None:
        """Show a task's columns, with the outcome where that is needed too; none but of tables."""
        self.beginResetModel()
        self._lines = (
            self._columns(data, example, with_outcome=with_outcome)
            if isinstance(data, TabularData)
            else []
        )
        self.endResetModel()

    def _columns(
        self, data: TabularData, example: Mapping[str, str], *, with_outcome: bool
    ) -> list[tuple[str, ...]]:
        lines = [self._input(column, example) for column in data.inputs]
        if with_outcome:
            lines.append(self._outcome(data.outcome, example))
        if data.group is not None and with_outcome:
            lines.append(
                (
                    data.group,
                    tr("rows that belong together, such as one patient's"),
                    tr("any"),
                    tr("row is left out"),
                    example.get(data.group, NOTHING),
                )
            )
        return lines

    def _outcome(self, outcome: Outcome, example: Mapping[str, str]) -> tuple[str, ...]:
        if isinstance(outcome, NumericOutcome):
            kind, usual = tr("number"), f"{outcome.center:g}"
            if outcome.unit:
                kind = tr("number, in {unit}").format(unit=outcome.unit)
        else:
            pairs = zip(outcome.values, outcome.labels, strict=True)
            kind = ", ".join(f"{value} = {label}" for value, label in pairs)
            usual = outcome.values[-1]
        return (
            outcome.name,
            tr("the outcome to predict"),
            kind,
            tr("row is left out"),
            example.get(outcome.name, usual),
        )

    def _input(self, column: Column, example: Mapping[str, str]) -> tuple[str, ...]:
        if isinstance(column, CategoryColumn):
            return self._category(column, example)
        empty = {
            "center": tr("replaced by the average"),
            "zero": tr("replaced by zero"),
            "refuse": tr("row is left out"),
        }
        usual = f"{column.center:g}" if column.center is not None else NOTHING
        return (
            column.name,
            column.description or NOTHING,
            tr("number"),
            empty[column.missing],
            example.get(column.name, usual),
        )

    def _category(self, column: CategoryColumn, example: Mapping[str, str]) -> tuple[str, ...]:
        empty = {"own": tr("treated as unknown"), "refuse": tr("row is left out")}
        shown = [
            f"{value} = {label}" if label != value else value
            for value, label in zip(column.values, column.labels or column.values, strict=True)
        ]
        return (
            column.name,
            column.description or NOTHING,
            ", ".join(shown),
            empty[column.missing],
            example.get(column.name, column.values[0]),
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many columns the task needs."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how much is said of each."""
        return 0 if parent.isValid() else 5

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return what is said in a column."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            tr("Column"),
            tr("Description"),
            tr("Kind"),
            tr("Empty cell"),
            tr("Example"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is said."""
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        return inert(self._lines[index.row()][index.column()])


# After these, all rows are used, and nobody need do anything.
HARMLESS = {
    "cells_filled_center",
    "cells_filled_own",
    "cells_filled_zero",
    "rows_repeated",
    "values_respelt",
    "file_old_encoding",
    "files_not_pictures",
    "pictures_repeated",
    "pictures_tiny",
}

PROBLEM = int(Qt.ItemDataRole.UserRole) + 1


class ProblemsModel(QAbstractListModel):
    """One row a problem."""

    def __init__(self) -> None:
        super().__init__()
        self._problems: list[Problem] = []

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show these problems; those that were there before are not touched."""
        known = len(self._problems)
        if list(problems[:known]) == self._problems:
            if len(problems) > known:
                self.beginInsertRows(QModelIndex(), known, len(problems) - 1)
                self._problems = list(problems)
                self.endInsertRows()
            return
        self.beginResetModel()
        self._problems = list(problems)
        self.endResetModel()

    def problem(self, index: Index) -> Problem:
        """Return a row's problem."""
        return self._problems[index.row()]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many problems there are."""
        return 0 if parent.isValid() else len(self._problems)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a problem in words, or itself."""
        if not index.isValid():
            return None
        problem = self._problems[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return problem_sentence(problem)
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return tr("error") if problem.severity == "error" else tr("warning")
            case _ if role == PROBLEM:
                return problem
        return None
