"""A drawing of how participants train together: who holds what, and what goes where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from disco_desktop.gui.icons import icon
from disco_desktop.gui.theme.tokens import RADIUS, SMALL
from disco_desktop.gui.widgets.text import font_of

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from disco_desktop.gui.theme.theme import Theme

_HEIGHT = 330
_WIDEST = 860
_SERVER = (190, 58)
_COMPUTER = (190, 118)
_DATA_HEIGHT = 34
_ARROW = 5.0
_APART = 20  # between the way up and the way down


class FederatedDrawing(QWidget):
    """A server above three participants; updates go up, the common model comes down."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(3 * _COMPUTER[0] + 2 * SMALL)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("How training together works"))
        self.setAccessibleDescription(
            self.tr(
                "Three participants, each with data that stay on their computer, send updates to a "
                "server and get one common model back."
            )
        )
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return room for three computers with some air between them."""
        return QSize(760, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = min(self.width() - 2, _WIDEST)
        left = (self.width() - width) / 2
        server = QRectF(left + (width - _SERVER[0]) / 2, 1, *_SERVER)
        step = (width - _COMPUTER[0]) / 2
        names = (self.tr("A hospital"), self.tr("You"), self.tr("A school"))
        top = _HEIGHT - _COMPUTER[1] - 1
        for place, name in enumerate(names):
            computer = QRectF(left + place * step, top, *_COMPUTER)
            self._ways(painter, computer, server, place)
            self._computer(painter, computer, name, is_own=place == 1)
        self._server(painter, server)
        self._labels(painter, left, width, server)

    def _ways(self, painter: QPainter, computer: QRectF, server: QRectF, place: int) -> None:
        """Draw the way up and the way down between a computer and the server."""
        tokens = self._theme.tokens
        middle = server.center().x() + (place - 1) * _SERVER[0] * 0.3
        below = QPointF(middle, server.bottom() + 4)
        above = QPointF(computer.center().x(), computer.top() - 4)
        aside = QPointF(_APART / 2, 0)
        self._arrow(painter, above - aside, below - aside, tokens.series[0], is_dashed=False)
        self._arrow(painter, below + aside, above + aside, tokens.series[2], is_dashed=True)

    def _arrow(
        self, painter: QPainter, start: QPointF, end: QPointF, colour: str, *, is_dashed: bool
    ) -> None:
        style = Qt.PenStyle.DashLine if is_dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(colour), 1.8, style))
        painter.drawLine(start, end)
        way = end - start
        way /= max((way.x() ** 2 + way.y() ** 2) ** 0.5, 1.0)
        across = QPointF(-way.y(), way.x())
        back = end - way * (2 * _ARROW)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawPolygon(QPolygonF([end, back + across * _ARROW, back - across * _ARROW]))

    def _server(self, painter: QPainter, area: QRectF) -> None:
        tokens = self._theme.tokens
        painter.setPen(QPen(QColor(tokens.accent), 1.5))
        painter.setBrush(QColor(tokens.accent_soft))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        self._titled(painter, area, "server", self.tr("Server"), tokens.accent)

    def _computer(self, painter: QPainter, area: QRectF, name: str, *, is_own: bool) -> None:
        tokens = self._theme.tokens
        colour = tokens.accent if is_own else tokens.strong_border
        painter.setPen(QPen(QColor(colour), 1.5))
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        head = QRectF(area.left(), area.top() + SMALL, area.width(), 56)
        self._titled(painter, head, "computer", name, tokens.text)
        data = QRectF(area.left() + SMALL, area.bottom() - _DATA_HEIGHT - SMALL,
                      area.width() - 2 * SMALL, _DATA_HEIGHT)  # fmt: skip
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.success_soft))
        painter.drawRoundedRect(data, 6, 6)
        self._titled(painter, data, "shield", self.tr("data stay here"), tokens.success, size=18)

    def _titled(
        self, painter: QPainter, area: QRectF, picture: str, words: str, colour: str, *,
        size: int = 22,
    ) -> None:  # fmt: skip
        """Draw an icon and words beside it, in the middle of an area."""
        painter.setFont(font_of(self, "strong"))
        wide = painter.fontMetrics().horizontalAdvance(words)
        left = area.center().x() - (size + SMALL + wide) / 2
        place = QRectF(left, area.center().y() - size / 2, size, size)
        pixmap = icon(picture, colour, size=size).pixmap(size, size)
        painter.drawPixmap(place.toRect(), pixmap)
        painter.setPen(QColor(colour))
        text = QRectF(place.right() + SMALL, area.top(), wide + 2, area.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, words)

    def _labels(self, painter: QPainter, left: float, width: float, server: QRectF) -> None:
        """Say at both sides what the two kinds of arrow are."""
        tokens = self._theme.tokens
        painter.setFont(font_of(self, "body"))
        height = painter.fontMetrics().height() + 4
        for words, colour, is_left in (
            (self.tr("update: numbers only"), tokens.series[0], True),
            (self.tr("one common model"), tokens.series[2], False),
        ):
            wide = painter.fontMetrics().horizontalAdvance(words) + 34
            at = server.left() - wide - 3 * SMALL if is_left else server.right() + 3 * SMALL
            at = max(at, left) if is_left else min(at, left + width - wide)
            middle = server.center().y()
            painter.setPen(
                QPen(
                    QColor(colour), 1.8, Qt.PenStyle.SolidLine if is_left else Qt.PenStyle.DashLine
                )
            )
            painter.drawLine(QPointF(at, middle), QPointF(at + 26, middle))
            painter.setPen(QColor(tokens.text))
            area = QRectF(at + 34, middle - height / 2, wide, height)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)
