"""How often each outcome occurs, as bars, and what the colours of a table mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from disco_desktop.gui.theme.tokens import MEDIUM, SMALL, TINY
from disco_desktop.gui.widgets.text import font_of
from disco_desktop.gui.wording import count, share
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from disco_desktop.gui.theme.theme import Theme

_BAR = 10
_MOST = 12  # bars; what is rarer than the others is put together


class BalanceBars(QWidget):
    """A bar an outcome, with its name, its number and its share."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._counts: list[tuple[str, int]] = []
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_counts(self, counts: Sequence[tuple[str, int]]) -> None:
        """Show names with their numbers."""
        shown = list(counts)
        if len(shown) > _MOST:
            shown.sort(key=lambda pair: -pair[1])
            rest = sum(number for _, number in shown[_MOST - 1 :])
            shown = [*shown[: _MOST - 1], (tr("others"), rest)]
        self._counts = shown
        self.setAccessibleDescription(
            ", ".join(f"{name}: {self._words(number)}" for name, number in shown)
        )
        self.updateGeometry()
        self.update()

    def _words(self, number: int) -> str:
        total = sum(other for _, other in self._counts)
        return f"{count(number)}  ({share(number / total)})" if total else count(number)

    def _line(self) -> int:
        return self.fontMetrics().height() + TINY + _BAR + SMALL + TINY

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return room for all bars."""
        return QSize(200, max(len(self._counts), 1) * self._line() - SMALL)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw name and number above each bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, metrics = self._theme.tokens, self.fontMetrics()
        total = max(sum(number for _, number in self._counts), 1)
        for place, (name, number) in enumerate(self._counts):
            top = place * self._line()
            words = self._words(number)
            line = QRectF(0, top, self.width(), metrics.height())
            painter.setPen(QColor(tokens.muted))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight, words)
            room = self.width() - metrics.horizontalAdvance(words) - SMALL
            painter.setPen(QColor(tokens.text))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, shown)
            bar = QRectF(0, top + metrics.height() + TINY, self.width(), _BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.sunken))
            painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
            if number:
                bar.setWidth(max(bar.width() * number / total, _BAR))
                painter.setBrush(QColor(tokens.series[place % len(tokens.series)]))
                painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)


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
        self.setAccessibleName(tr("Colours: {words}").format(
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
