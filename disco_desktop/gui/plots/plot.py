"""What all plots have in common: two axes, a grid, and a value that is read under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from disco_desktop.gui.plots.scale import Ends, Scale, tick_words, ticks
from disco_desktop.gui.theme.tokens import SMALL, TINY
from disco_desktop.gui.widgets.text import font_of

if TYPE_CHECKING:
    from PySide6.QtGui import QHelpEvent, QPaintEvent

    from disco_desktop.gui.theme.theme import Theme

_TICK = 4  # pixels
_APART = (72, 32)  # pixels between ticks across and upwards, at the least


class Plot(QWidget):
    """An empty plot: a kind of plot draws into it, and says what is under the pointer."""

    def __init__(self, theme: Theme, across: str, upwards: str = "") -> None:
        super().__init__()
        self.theme = theme
        self._across = across
        self._upwards = upwards
        self._ends: tuple[Ends, Ends] = ((0.0, 1.0), (0.0, 1.0))
        theme.changed.connect(self.update)

    def show_ends(self, across: Ends, upwards: Ends) -> None:
        """Let the axes go from one value to another."""
        self._ends = (across, upwards)
        self.update()

    # --- what a kind of plot gives

    def height_above(self) -> int:
        """Return the pixels that are left above the plot, for a heading."""
        return 0

    def draw(self, painter: QPainter, scale: Scale) -> None:
        """Draw the values; what lies outside of the axes is cut off."""

    def draw_above(self, painter: QPainter, area: QRectF) -> None:
        """Draw the heading."""

    def words_at(self, scale: Scale, place: QPointF) -> str:
        """Return what is to be read where the pointer is."""
        return ""

    # --- how it is drawn

    def scale(self) -> Scale:
        """Return where values lie now."""
        metrics = QFontMetrics(font_of(self, "small"))
        line = metrics.height()
        top = self.height_above() + SMALL
        bottom = self.height() - line - _TICK - TINY - (line if self._across else 0) - TINY
        height = max(bottom - top, 1.0)
        numbers = tick_words(ticks(*self._ends[1], most=_most(height, _APART[1])))
        left = max((metrics.horizontalAdvance(words) for words in numbers), default=0) + SMALL
        left += SMALL + (line if self._upwards else 0)
        area = QRectF(left, top, max(self.width() - left - SMALL, 1.0), height)
        return Scale(area, *self._ends)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the axes, and what lies between them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self.scale()
        self.draw_above(painter, QRectF(0, 0, self.width(), self.height_above()))
        painter.setFont(font_of(self, "small"))
        self._draw_upwards(painter, scale)
        self._draw_across(painter, scale)
        painter.save()
        painter.setClipRect(scale.area.adjusted(0, -SMALL / 2, SMALL / 2, 0))
        self.draw(painter, scale)
        painter.restore()

    def _draw_upwards(self, painter: QPainter, scale: Scale) -> None:
        tokens, area = self.theme.tokens, scale.area
        values = ticks(*scale.upwards, most=_most(area.height(), _APART[1]))
        grid, words_pen = QPen(QColor(tokens.sunken), 1), QPen(QColor(tokens.muted))
        line = painter.fontMetrics().height()
        for value, words in zip(values, tick_words(values), strict=True):
            y = round(scale.y(value)) + 0.5  # a line of one pixel and not of two pale ones
            painter.setPen(grid)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(words_pen)
            field = QRectF(0, y - line / 2, area.left() - SMALL, line)
            painter.drawText(field, Qt.AlignmentFlag.AlignRight, words)
        if self._upwards:
            painter.save()
            painter.translate(0, area.center().y())
            painter.rotate(-90)
            field = QRectF(-area.height() / 2, 0, area.height(), line)
            painter.drawText(field, Qt.AlignmentFlag.AlignHCenter, self._upwards)
            painter.restore()

    def _draw_across(self, painter: QPainter, scale: Scale) -> None:
        tokens, area = self.theme.tokens, scale.area
        values = ticks(*scale.across, most=_most(area.width(), _APART[0]))
        axis, words_pen = QPen(QColor(tokens.border), 1), QPen(QColor(tokens.muted))
        line = painter.fontMetrics().height()
        bottom = round(area.bottom()) + 0.5
        painter.setPen(axis)
        painter.drawLine(QPointF(area.left(), bottom), QPointF(area.right(), bottom))
        for value, words in zip(values, tick_words(values), strict=True):
            x = round(scale.x(value)) + 0.5
            painter.setPen(axis)
            painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + _TICK))
            painter.setPen(words_pen)
            width = painter.fontMetrics().horizontalAdvance(words)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            field = QRectF(left, bottom + _TICK + TINY, width, line)
            painter.drawText(field, Qt.AlignmentFlag.AlignHCenter, words)
        if self._across:
            field = QRectF(area.left(), self.height() - line, area.width(), line)
            painter.drawText(field, Qt.AlignmentFlag.AlignHCenter, self._across)

    # --- what is read under the pointer

    def event(self, event: QEvent) -> bool:
        """Say what is under the pointer when it rests."""
        if event.type() == QEvent.Type.ToolTip:
            self._tell(event)  # type: ignore[arg-type]
            return True
        return super().event(event)

    def _tell(self, event: QHelpEvent) -> None:
        words = self.words_at(self.scale(), QPointF(event.pos()))
        if words:
            QToolTip.showText(event.globalPos(), words, self)
        else:
            QToolTip.hideText()


def _most(pixels: float, apart: int) -> int:
    return max(2, int(pixels / apart))
