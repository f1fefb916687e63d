"""A log that scrolls with its latest line, unless one has scrolled up to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListView

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel

_HEIGHT = 170


class LogView(QListView):
    """Shows a list model's rows as lines of text."""

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(self.tr("What has happened"))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMinimumHeight(_HEIGHT)
        self.setSpacing(2)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self._is_at_end = True
        model.rowsAboutToBeInserted.connect(self._note_place)
        model.rowsInserted.connect(self._follow)

    def _note_place(self) -> None:
        bar = self.verticalScrollBar()
        self._is_at_end = bar.value() == bar.maximum()

    def _follow(self) -> None:
        if self._is_at_end:
            self.scrollToBottom()
