"""Tables: their look, and cells that something is the matter with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from disco_desktop.gui.item_models.rows import IS_FIGURE, TONE, RowsModel
from disco_desktop.gui.theme.tokens import LARGE

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtGui import QResizeEvent

    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.theme.tokens import Tokens

ROW_HEIGHT = 30

_NARROWEST, _WIDEST = 64, 280
_MEASURED = 30  # rows that tell how wide a column should be
_ROW_NUMBERS = 64

_GROUNDS = {"danger": "danger_soft", "warning": "warning_soft", "filled": "sunken"}
_INKS = {"danger": "danger", "warning": "warning", "success": "success", "muted": "muted"}


class ToneDelegate(QStyledItemDelegate):
    """Draws a cell in the colours of what is the matter with it."""

    def __init__(self, theme: Theme, view: QTableView) -> None:
        super().__init__(view)
        self._theme = theme

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Choose ground and ink."""
        super().initStyleOption(option, index)
        tone = index.data(TONE) or ""
        tokens = self._theme.tokens
        if tone in _GROUNDS:
            option.backgroundBrush = _colour(tokens, _GROUNDS[tone])  # type: ignore[assignment]
        if tone in _INKS:
            ink = _colour(tokens, _INKS[tone])
            palette: QPalette = option.palette
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                palette.setColor(role, ink)
        if index.data(IS_FIGURE):
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            option.displayAlignment = right


def _colour(tokens: Tokens, name: str) -> QColor:
    return QColor(getattr(tokens, name))


class PlainTable(QTableView):
    """A small table that is only read: whole rows are selected, columns fill the width."""

    def __init__(
        self, model: QAbstractItemModel, name: str, *, stretched: int, most_rows: int = 10
    ) -> None:
        super().__init__()
        self._most_rows = most_rows
        self.setModel(model)
        self.setAccessibleName(name)
        self.setProperty("role", "plain")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        header.setDefaultAlignment(left)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
        model.modelReset.connect(self._fit_height)
        self._fit_height()

    def _fit_height(self) -> None:
        """Be as high as the rows, up to a limit beyond which one scrolls."""
        rows = min(self.model().rowCount(), self._most_rows)
        header = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(header + rows * ROW_HEIGHT + 2 * self.frameWidth() + 2)


class DataTable(QTableView):
    """Rows of somebody's data, any number of them."""

    def __init__(self, theme: Theme, model: RowsModel, name: str) -> None:
        super().__init__()
        self._rows_model = model
        self._is_fitted = False
        self._needed: list[int] = []
        self.setModel(model)
        self.setItemDelegate(ToneDelegate(theme, self))
        self.setAccessibleName(name)
        self.setProperty("role", "plain")
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        numbers = self.verticalHeader()
        numbers.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        numbers.setDefaultSectionSize(ROW_HEIGHT)
        numbers.setFixedWidth(_ROW_NUMBERS)
        numbers.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        numbers.setHighlightSections(False)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumHeight(9 * ROW_HEIGHT)
        model.modelReset.connect(self._begin)
        model.page_arrived.connect(self._fit_columns)
        theme.changed.connect(self.viewport().update)

    def _begin(self) -> None:
        self._is_fitted = False
        self.scrollToTop()

    def _fit_columns(self) -> None:
        """Make the columns as wide as their first rows need, once those are there."""
        if self._is_fitted:
            return
        self._is_fitted = True
        self._needed = []
        model, metrics = self._rows_model, self.fontMetrics()
        first = max(self.rowAt(0), 0)
        rows = range(first, min(first + _MEASURED, model.rowCount()))
        for place in range(model.columnCount()):
            title = model.headerData(place, Qt.Orientation.Horizontal)
            texts = [str(title or ""), *(str(model.index(row, place).data()) for row in rows)]
            widest = max(metrics.horizontalAdvance(text) for text in texts) + LARGE
            self._needed.append(min(max(widest, _NARROWEST), _WIDEST))
        self._share_width()

    def _share_width(self) -> None:
        """Give the columns what they need, and share out what is left among them."""
        if not self._needed:
            return
        left = max(self.viewport().width() - sum(self._needed), 0)
        more, rest = divmod(left, len(self._needed))
        for place, needed in enumerate(self._needed):
            self.setColumnWidth(place, needed + more + (place < rest))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share out another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._share_width()

    def show_row(self, number: int) -> None:
        """Scroll to a row, select it, and go there with the keyboard too."""
        if 0 <= number < self._rows_model.rowCount():
            index = self._rows_model.index(number, 0)
            self.setCurrentIndex(index)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
