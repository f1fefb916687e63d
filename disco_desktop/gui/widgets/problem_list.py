"""The problems found in somebody's data, each with the rows to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from disco_desktop.gui.item_models.data import HARMLESS, PROBLEM, ProblemsModel
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import SMALL, TINY
from disco_desktop.gui.widgets.text import font_of
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.gui.theme.theme import Theme

_ICON = 18
_MARGIN = SMALL + TINY
_SIDE = TINY
_TALLEST = 400
_WRAPPED = int(Qt.TextFlag.TextWordWrap)


class _Chip(NamedTuple):
    """A row's number that can be pressed."""

    place: int
    label: str
    area: QRect


class _ProblemDelegate(QStyledItemDelegate):
    """Draws the severity, the sentence, and the numbers of the rows."""

    def __init__(self, theme: Theme, view: ProblemList) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._small = font_of(view, "small")

    def _text_width(self) -> int:
        return self._view.viewport().width() - _ICON - 2 * _SIDE - SMALL

    def _text_height(self, index: QModelIndex | QPersistentModelIndex) -> int:
        area = QRect(0, 0, max(self._text_width(), 1), 10_000)
        return self._view.fontMetrics().boundingRect(area, _WRAPPED, str(index.data())).height()

    def _chip_height(self) -> int:
        return QFontMetrics(self._small).height() + TINY

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return room for the whole sentence and a line of numbers."""
        height = self._text_height(index) + 2 * _MARGIN
        if self._view.has_rows and index.data(PROBLEM).rows:
            height += self._chip_height() + SMALL
        return QSize(100, max(height, _ICON + 2 * _MARGIN))

    def chips(self, area: QRect, index: QModelIndex | QPersistentModelIndex) -> list[_Chip]:
        """Return the numbers of a problem's rows, as many as fit in a line."""
        problem: Problem = index.data(PROBLEM)
        if not self._view.has_rows:
            return []
        metrics = QFontMetrics(self._small)
        left = area.left() + _SIDE + _ICON + SMALL
        right = area.right() - _SIDE
        top = area.bottom() - _MARGIN - self._chip_height() + 1
        chips: list[_Chip] = []
        for place, number in enumerate(problem.lines or problem.rows):
            label = str(number)
            width = metrics.horizontalAdvance(label) + 2 * SMALL
            if left + width > right or place >= len(problem.rows):
                break
            chips.append(_Chip(place, label, QRect(left, top, width, self._chip_height())))
            left += width + TINY
        return chips

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a problem."""
        tokens = self._theme.tokens
        problem: Problem = index.data(PROBLEM)
        area: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 6, 6)
        if index.row() > 0:
            painter.setPen(QColor(tokens.border))
            painter.drawLine(area.left(), area.top(), area.right(), area.top())
        name, colour = self._sign(problem)
        picture = icon(name, colour, size=_ICON).pixmap(_ICON, _ICON)
        painter.drawPixmap(area.left() + _SIDE, area.top() + _MARGIN, picture)
        left = area.left() + _SIDE + _ICON + SMALL
        words = QRect(left, area.top() + _MARGIN, self._text_width(), self._text_height(index))
        painter.setPen(QColor(tokens.text))
        painter.drawText(words, _WRAPPED, str(index.data()))
        self._draw_chips(painter, area, index)
        painter.restore()

    def _sign(self, problem: Problem) -> tuple[str, str]:
        """Return icon and colour: an error, rows that are left out, or something to know."""
        tokens = self._theme.tokens
        if problem.severity == "error":
            return "error", tokens.danger
        if problem.code in HARMLESS:
            return "info", tokens.accent
        return "warning", tokens.warning

    def _draw_chips(
        self, painter: QPainter, area: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = self._theme.tokens
        painter.setFont(self._small)
        for chip in self.chips(area, index):
            is_shown = self._view.shown == (index.row(), chip.place)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent if is_shown else tokens.accent_soft))
            painter.drawRoundedRect(chip.area, chip.area.height() / 2, chip.area.height() / 2)
            painter.setPen(QColor(tokens.on_accent if is_shown else tokens.accent))
            painter.drawText(chip.area, Qt.AlignmentFlag.AlignCenter, chip.label)

    def editorEvent(  # noqa: N802
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Ask for the row whose number is pressed."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            for chip in self.chips(option.rect, index):
                if chip.area.contains(event.position().toPoint()):
                    self._view.ask_for(index.row(), chip.place)
                    return True
        return super().editorEvent(event, model, option, index)


class ProblemList(QListView):
    """Problems in words; the numbers of their rows can be pressed, or gone through with Enter.

    Attributes:
        has_rows: whether there are rows to look at.
        row_asked: emitted with a problem and the place of one of its rows.
        shown: which problem's which row was asked for last.
    """

    row_asked = Signal(object, int)

    def __init__(self, theme: Theme, model: ProblemsModel, *, has_rows: bool = True) -> None:
        super().__init__()
        self.has_rows = has_rows
        self.shown: tuple[int, int] | None = None
        self._problems = model
        self.setModel(model)
        self._delegate = _ProblemDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Problems found"))
        if has_rows:
            self.setAccessibleDescription(tr("Press Enter to step through the rows of a problem"))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("QListView, QListView:focus { background: transparent; border: none; }")
        for signal in (model.modelReset, model.rowsInserted):
            signal.connect(self._fit_height)
        model.modelReset.connect(self._begin)
        theme.changed.connect(self.viewport().update)

    def _begin(self) -> None:
        self.shown = None

    def ask_for(self, problem: int, place: int) -> None:
        """Ask for one row of one problem."""
        self.shown = (problem, place)
        self.viewport().update()
        self.row_asked.emit(self._problems.problem(self._problems.index(problem)), place)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Go from row to row of the current problem."""
        index = self.currentIndex()
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if self.has_rows and event.key() in keys and index.isValid():
            rows = len(self._problems.problem(index).rows)
            last = self.shown
            place = last[1] + 1 if last is not None and last[0] == index.row() else 0
            if rows:
                self.ask_for(index.row(), place % rows)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Wrap the sentences anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()
            self._fit_height()

    def _fit_height(self) -> None:
        """Be as high as the problems, up to a limit beyond which one scrolls."""
        height = 0
        for row in range(self._problems.rowCount()):
            height += self.sizeHintForRow(row)
            if height >= _TALLEST:
                height = _TALLEST
                break
        self.setFixedHeight(max(height, 1) + 2)
