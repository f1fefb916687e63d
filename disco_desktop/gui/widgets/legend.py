"""What the colours of a table mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from disco_desktop.gui.theme.tokens import MEDIUM, SMALL
from disco_desktop.gui.widgets.text import font_of

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from disco_desktop.gui.theme.theme import Theme

_SIDE = 12


class Legend(QWidget):
    """Small squares in a colour of the theme, each with its words."""

    def __init__(self, theme: Theme, *entries: tuple[str, str]) -> None:
        """Make a legend of pairs of a token's name and words."""
        super().__init__()
        self._theme = theme
        self._entries = entries
        self.setFont(font_of(self, "small"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Colours: {words}").format(
            words=", ".join(words for _, words in entries)))  # fmt: skip
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return room for all entries in a line."""
        metrics = self.fontMetrics()
        widths = [_SIDE + SMALL + metrics.horizontalAdvance(words) for _, words in self._entries]
        return QSize(sum(widths) + MEDIUM * (len(widths) - 1), max(metrics.height(), _SIDE))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw squares and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, metrics = self._theme.tokens, self.fontMetrics()
        left = 0.0
        for name, words in self._entries:
            painter.setPen(QPen(QColor(tokens.strong_border), 1))
            painter.setBrush(QColor(getattr(tokens, name)))
            top = (self.height() - _SIDE) / 2
            painter.drawRoundedRect(QRectF(left + 0.5, top + 0.5, _SIDE - 1, _SIDE - 1), 3, 3)
            painter.setPen(QColor(tokens.muted))
            base = (self.height() - metrics.height()) / 2 + metrics.ascent()
            painter.drawText(int(left) + _SIDE + SMALL, int(base), words)
            left += _SIDE + SMALL + metrics.horizontalAdvance(words) + MEDIUM
