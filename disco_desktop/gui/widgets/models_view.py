"""The table of models: quiet lines, whole rows, and accuracy as a figure with a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from disco_desktop.gui.item_models.models import SHARE, ModelColumn, ModelsModel
from disco_desktop.gui.widgets.text import font_of
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from disco_desktop.gui.theme.theme import Theme

ROW_HEIGHT = 44
_PADDING = 10  # as the style sheet has it for headers
_BAR = (54, 4)  # width and height
_WIDTHS = {
    ModelColumn.TASK: 170,
    ModelColumn.CREATED: 160,
    ModelColumn.SCHEME: 120,
    ModelColumn.ACCURACY: 150,
    ModelColumn.SIZE: 96,
}
# In a narrow window the less telling columns go, the first named first.
_DISPENSABLE = (ModelColumn.SIZE, ModelColumn.SCHEME, ModelColumn.TASK)
_NARROWEST_NAME = 200


class _RowDelegate(QStyledItemDelegate):
    """Draws a row's cells on the row's ground, with a thin line below."""

    def __init__(self, theme: Theme, view: ModelsView) -> None:
        super().__init__(view)
        self._theme = theme
        self._strong = font_of(view, "strong")
        self._body = font_of(view, "body")

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a cell; asks the model for its words alone, since a window has hundreds of cells."""
        tokens = self._theme.tokens
        column = index.column()
        area = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.accent_soft))
        painter.fillRect(
            QRectF(area.left(), area.bottom() - 1, area.width(), 1), QColor(tokens.border)
        )
        inside = area.adjusted(_PADDING, 0, -_PADDING, 0)
        share = index.data(SHARE) if column == ModelColumn.ACCURACY else None
        if share is not None:
            self._bar(painter, inside, float(share))
        is_name = column == ModelColumn.NAME
        painter.setPen(QColor(tokens.text if is_name or share is not None else tokens.muted))
        painter.setFont(self._strong if is_name else self._body)
        words = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideRight, int(inside.width())
        )
        is_figure = column in (ModelColumn.ACCURACY, ModelColumn.SIZE)
        side = Qt.AlignmentFlag.AlignRight if is_figure else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inside, side | Qt.AlignmentFlag.AlignVCenter, words)

    def _bar(self, painter: QPainter, inside: QRectF, share: float) -> None:
        tokens = self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = _BAR
        track = QRectF(inside.left(), inside.center().y() - height / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.border))
        painter.drawRoundedRect(track, height / 2, height / 2)
        track.setWidth(max(height, width * min(max(share, 0.0), 1.0)))
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(track, height / 2, height / 2)


class ModelsView(QTableView):
    """Shows models; Enter or a double click opens one.

    Attributes:
        opened: emitted with the row of the model to open.
    """

    opened = Signal(QModelIndex)

    def __init__(self, theme: Theme, models: ModelsModel) -> None:
        super().__init__()
        self.setModel(models)
        self.setItemDelegate(_RowDelegate(theme, self))
        self.setAccessibleName(tr("Models"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.sortByColumn(ModelColumn.CREATED, Qt.SortOrder.DescendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(ModelColumn.NAME, QHeaderView.ResizeMode.Stretch)
        for part, width in _WIDTHS.items():
            header.resizeSection(part, width)
        header.setMinimumHeight(40)
        self.doubleClicked.connect(self.opened)
        theme.changed.connect(self.viewport().update)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Open the model where the keyboard is."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leave out what there is no room for."""
        room = self.viewport().width() - _NARROWEST_NAME
        hidden = 0
        while room < sum(_WIDTHS.values()) - sum(
            _WIDTHS[part] for part in _DISPENSABLE[:hidden]
        ) and hidden < len(_DISPENSABLE):
            hidden += 1
        for place, part in enumerate(_DISPENSABLE):
            self.setColumnHidden(part, place < hidden)
        super().resizeEvent(event)
