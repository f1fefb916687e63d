"""The lines of a training's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from disco_desktop.app.sentences import event_sentence, session_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.app.session import LogLine

_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)

Index = QModelIndex | QPersistentModelIndex


class TrainingLogModel(QAbstractListModel):
    """One row a line, the latest last."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[LogLine] = []

    def show_lines(self, lines: Iterable[LogLine]) -> None:
        """Show these lines; those that were there before are not touched."""
        fresh = list(lines)
        known = len(self._lines)
        if fresh[:known] == self._lines:
            if len(fresh) > known:
                self.beginInsertRows(QModelIndex(), known, len(fresh) - 1)
                self._lines = fresh
                self.endInsertRows()
            return
        self.beginResetModel()
        self._lines = fresh
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a line's words, also as a tip: the line may be cut off."""
        if not index.isValid() or role not in _ROLES:
            return None
        line = self._lines[index.row()]
        words = session_sentence(line.state) if line.event is None else event_sentence(line.event)
        return f"{line.at.astimezone():%H:%M:%S}   {words}"
