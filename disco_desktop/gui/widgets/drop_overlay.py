"""What shows, while a file is dragged over a page, that it can be dropped there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from disco_desktop.gui.theme.tokens import RADIUS, SMALL
from disco_desktop.gui.widgets.text import font_of

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from disco_desktop.gui.theme.theme import Theme


class DropOverlay(QWidget):
    """Words in a dashed frame over the whole of a widget; it takes no events itself."""

    def __init__(self, theme: Theme, words: str, over: QWidget) -> None:
        super().__init__(over)
        self._theme = theme
        self._words = words
        self._over = over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(font_of(self, "heading"))
        self.hide()

    def cover(self) -> None:
        """Show it."""
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the frame and the words."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(tokens.accent_soft)
        ground.setAlphaF(0.94)
        painter.setBrush(ground)
        painter.setPen(QPen(QColor(tokens.accent), 2, Qt.PenStyle.DashLine))
        area = QRectF(self.rect()).adjusted(SMALL, SMALL, -SMALL, -SMALL)
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        painter.setPen(QColor(tokens.accent))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._words)
