"""The problems found in somebody's data, for a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from disco_desktop.app.sentences import problem_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.dataset.report import Problem

Index = QModelIndex | QPersistentModelIndex

# After these, all rows are used, and nobody need do anything.
HARMLESS = {
    "cells_filled_center",
    "cells_filled_own",
    "cells_filled_zero",
    "rows_repeated",
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
                return self.tr("error") if problem.severity == "error" else self.tr("warning")
            case _ if role == PROBLEM:
                return problem
        return None
