"""The confusion matrix: how often each class was taken for which; its cells select samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolTip, QWidget

from disco_desktop.gui.theme.tokens import RADIUS, SMALL
from disco_desktop.gui.widgets.text import font_of
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from disco_desktop.gui.theme.theme import Theme

_LARGEST_CELL, _SMALLEST_CELL = 76, 34
_SIDE = 520  # pixels of all cells together, where the smallest cells fit in
_FEW = 9  # classes, of which a cell has room for its share too
_GAP = 4
_MOST_SAID = 20  # cells that are read aloud where there are many

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class ConfusionMatrix(QWidget):
    """Rows are what is true, columns what was predicted.

    Attributes:
        selected: emitted with row and column of the chosen cell, or (-1, -1) for none.
        moved: emitted with where the cell lies that the arrows have gone to.
        grown: emitted when it has another size.
    """

    selected = Signal(int, int)
    moved = Signal(QRect)
    grown = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._labels: Sequence[str] = ()
        self._counts: Sequence[Sequence[int]] = ()
        self._chosen: tuple[int, int] | None = None
        self._at = (0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Confusion matrix"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_counts(self, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Show how often each class (a row) was taken for which (a column)."""
        self._labels, self._counts = labels, counts
        self._chosen, self._at = None, (0, 0)
        self.setAccessibleDescription("; ".join(self._said()))
        self.updateGeometry()
        self.grown.emit()
        self.update()

    def _said(self) -> list[str]:
        """Say what the cells tell; of many classes, only what was mistaken most often."""
        cells = [
            (self._counts[row][column], true, predicted)
            for row, true in enumerate(self._labels)
            for column, predicted in enumerate(self._labels)
            if len(self._labels) <= _FEW or (row != column and self._counts[row][column])
        ]
        if len(self._labels) > _FEW:
            cells = sorted(cells, key=lambda cell: -cell[0])[:_MOST_SAID]
        words = tr("True {true}, predicted {predicted}: {count}")
        return [
            words.format(true=true, predicted=predicted, count=number)
            for number, true, predicted in cells
        ]

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return room for the cells and their names."""
        side = max(len(self._labels), 1) * (self._cell_side() + _GAP)
        return QSize(self._margin() + side, self._header() + side)

    def _cell_side(self) -> int:
        fitting = _SIDE // max(len(self._labels), 1) - _GAP
        return min(max(fitting, _SMALLEST_CELL), _LARGEST_CELL)

    def _margin(self) -> int:
        words = (*self._labels, tr("true"))
        widths = [self.fontMetrics().horizontalAdvance(word) for word in words]
        return min(max(widths, default=0), 160) + 2 * SMALL

    def _header(self) -> int:
        return 2 * (self.fontMetrics().height() + SMALL)

    def _cell(self, row: int, column: int) -> QRectF:
        side = self._cell_side()
        left = self._margin() + column * (side + _GAP)
        top = self._header() + row * (side + _GAP)
        return QRectF(left, top, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw names and cells; the fuller a cell, the stronger its colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        classes = range(len(self._labels))
        metrics = self.fontMetrics()
        painter.setPen(QColor(tokens.muted))
        side = len(self._labels) * (self._cell_side() + _GAP)
        painter.drawText(
            QRectF(self._margin(), 0, side, metrics.height()),
            Qt.AlignmentFlag.AlignCenter,
            tr("predicted"),
        )
        corner = self._cell(0, 0).translated(0, -metrics.height() - SMALL)
        corner.setHeight(metrics.height())
        corner.setLeft(0)
        corner.setRight(self._margin() - SMALL)
        painter.drawText(corner, Qt.AlignmentFlag.AlignRight, tr("true"))
        for place in classes:
            name = metrics.elidedText(
                self._labels[place], Qt.TextElideMode.ElideRight, self._cell_side()
            )
            above = self._cell(0, place).translated(0, -metrics.height() - SMALL)
            above.setHeight(metrics.height())
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, name)
            beside = self._cell(place, 0)
            beside.setLeft(0)
            beside.setRight(self._margin() - SMALL)
            name = metrics.elidedText(self._labels[place], Qt.TextElideMode.ElideRight, 160)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(beside, flags, name)
        for row in classes:
            for column in classes:
                if self._cell(row, column).intersects(event.rect().toRectF()):
                    self._draw_cell(painter, row, column)

    def _draw_cell(self, painter: QPainter, row: int, column: int) -> None:
        tokens = self._theme.tokens
        count, total = self._counts[row][column], max(sum(self._counts[row]), 1)
        share = count / total
        cell = self._cell(row, column)
        ground = QColor(tokens.accent if row == column else tokens.danger)
        ground.setAlphaF(0.08 + 0.5 * share)
        painter.setBrush(ground)
        is_chosen = self._chosen == (row, column)
        is_at = self.hasFocus() and self._at == (row, column)
        line = QPen(QColor(tokens.accent if is_chosen or is_at else tokens.border), 1)
        line.setWidthF(2.0 if is_chosen or is_at else 1.0)
        painter.setPen(line)
        painter.drawRoundedRect(cell, RADIUS, RADIUS)
        painter.setPen(QColor(tokens.text))
        if len(self._labels) > _FEW:
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, f"{count:,}" if count else "")
            return
        painter.setFont(font_of(self, "heading"))
        upper = cell.adjusted(0, SMALL, 0, -cell.height() / 3)
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
        painter.setFont(font_of(self, "small"))
        lower = cell.adjusted(0, cell.height() / 2, 0, -SMALL)
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, f"{share:.0%}")
        painter.setFont(self.font())

    def _cell_at(self, point: QPoint) -> tuple[int, int] | None:
        step = self._cell_side() + _GAP
        row, column = (point.y() - self._header()) // step, (point.x() - self._margin()) // step
        if not (0 <= row < len(self._labels) and 0 <= column < len(self._labels)):
            return None
        return (row, column) if self._cell(row, column).contains(point.toPointF()) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell what the cell under the pointer means."""
        place = self._cell_at(event.position().toPoint())
        self.setCursor(Qt.CursorShape.PointingHandCursor if place else Qt.CursorShape.ArrowCursor)
        if place is not None:
            true, predicted = self._labels[place[0]], self._labels[place[1]]
            words = tr("{true}, predicted as {predicted}")
            QToolTip.showText(
                event.globalPosition().toPoint(), words.format(true=true, predicted=predicted)
            )

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Take the tip away."""
        QToolTip.hideText()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the cell under the pointer."""
        place = self._cell_at(event.position().toPoint())
        if place is not None:
            self._at = place
            self._choose(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move with the arrows, choose with space or enter, choose nothing with escape."""
        key = Qt.Key(event.key())
        if key in _STEPS and self._labels:
            last = len(self._labels) - 1
            down, right = _STEPS[key]
            self._at = (
                min(max(self._at[0] + down, 0), last),
                min(max(self._at[1] + right, 0), last),
            )
            self.moved.emit(self._cell(*self._at).toRect())
            self.update()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._labels:
            self._choose(self._at)
        elif key == Qt.Key.Key_Escape and self._chosen is not None:
            self._choose(self._chosen)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show where the arrows move from."""
        self.update()
        super().focusInEvent(event)

    def clear_choice(self) -> None:
        """Choose no cell."""
        if self._chosen is not None:
            self._choose(self._chosen)

    def _choose(self, place: tuple[int, int]) -> None:
        """Choose a cell, or none where it is the chosen one already."""
        self._chosen = None if self._chosen == place else place
        self.selected.emit(*(self._chosen or (-1, -1)))
        self.update()


_HIGHEST = 720  # pixels, from which on one scrolls
_AROUND = 40


class MatrixArea(QScrollArea):
    """As large as the matrix, where there is room for it."""

    def __init__(self, matrix: ConfusionMatrix) -> None:
        super().__init__()
        self._matrix = matrix
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(matrix)
        matrix.setAutoFillBackground(False)
        matrix.grown.connect(self._fit)
        matrix.moved.connect(self._follow)
        self._fit()

    def _fit(self) -> None:
        self._matrix.resize(self._matrix.sizeHint())
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the matrix's size, up to the height from which on one scrolls."""
        needed = self._matrix.sizeHint()
        bar = self.horizontalScrollBar().sizeHint().height()
        return QSize(needed.width(), min(needed.height() + bar, _HIGHEST))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return what a small matrix needs, so that it is never scrolled without need."""
        return QSize(min(self.sizeHint().width(), _HIGHEST // 2), self.sizeHint().height())

    def _follow(self, cell: QRect) -> None:
        """Keep the cell in sight that the arrows have gone to."""
        self.ensureVisible(cell.center().x(), cell.center().y(), _AROUND, _AROUND)
