"""A training's log, which scrolls with its latest line unless one has scrolled up to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from disco_desktop.app.words.sentences import event_sentence, session_sentence
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QAbstractItemModel

    from disco_desktop.app.training.session import LogLine

_HEIGHT = 170
_BETWEEN = 4  # pixels between two lines


class LogView(QTableView):
    """Shows a list model's rows as lines of text.

    A table, whose rows have one height: a list view lays out all of its lines for each new one.
    """

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(tr("Log"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(_HEIGHT)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + _BETWEEN)
        self._is_at_end = True
        model.rowsAboutToBeInserted.connect(self._note_place)
        model.rowsInserted.connect(self._follow)
        model.rowsRemoved.connect(self._stay)

    def _note_place(self) -> None:
        bar = self.verticalScrollBar()
        self._is_at_end = bar.value() == bar.maximum()

    def _follow(self) -> None:
        if self._is_at_end:
            self.scrollToBottom()

    def _stay(self, parent: QModelIndex, first: int, last: int) -> None:
        """Keep what one reads in its place when lines above it go."""
        gone = (last - first + 1) * self.verticalHeader().defaultSectionSize()
        bar = self.verticalScrollBar()
        if bar.value() < bar.maximum():
            bar.setValue(bar.value() - gone)


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
