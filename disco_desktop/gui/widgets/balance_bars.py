"""How often each outcome occurs, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from disco_desktop.gui.theme.tokens import SMALL, TINY
from disco_desktop.gui.wording import count, share

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
            shown = [*shown[: _MOST - 1], (self.tr("others"), rest)]
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
