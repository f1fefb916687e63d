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
        """Show these lines; those that were there before and still are stay as they are."""
        fresh = list(lines)
        gone = self._lines.index(fresh[0]) if fresh and fresh[0] in self._lines else 0
        kept = len(self._lines) - gone
        if fresh[:kept] != self._lines[gone:]:
            self.beginResetModel()
            self._lines = fresh
            self.endResetModel()
            return
        if gone:  # a long log forgets its oldest lines
            self.beginRemoveRows(QModelIndex(), 0, gone - 1)
            del self._lines[:gone]
            self.endRemoveRows()
        if len(fresh) > kept:
            self.beginInsertRows(QModelIndex(), kept, len(fresh) - 1)
            self._lines = fresh
            self.endInsertRows()

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
