"""A log that scrolls with its latest line, unless one has scrolled up to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel, QModelIndex

_HEIGHT = 170
_BETWEEN = 4  # pixels between two lines


class LogView(QTableView):
    """Shows a list model's rows as lines of text.

    A table, whose rows have one height: a list view lays out all of its lines for each new one.
    """

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(self.tr("What has happened"))
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
