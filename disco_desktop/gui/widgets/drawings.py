"""Drawings of how participants train together: via a server, and peer to peer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import RADIUS, SMALL
from disco_desktop.gui.widgets.text import font_of
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from disco_desktop.engine.client.ledger import PeerState
    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.theme.tokens import Tokens

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
        self.setAccessibleName(tr("How training together works"))
        self.setAccessibleDescription(
            tr(
                "Three participants, each with data that stay on their own computer, send "
                "updates to a server and get one common model back."
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
        names = (tr("A hospital"), tr("You"), tr("A school"))
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
        self._titled(painter, area, "server", tr("Server"), tokens.accent)

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
        self._titled(painter, data, "shield", tr("data stay here"), tokens.success, size=18)

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
            (tr("update: numbers only"), tokens.series[0], True),
            (tr("one common model"), tokens.series[2], False),
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


_SIZE = QSize(280, 170)
_NODE = 13.0  # radius
_MOST = 12  # peers that can be told apart; what more there are is said in a number


class PeerDrawing(QWidget):
    """Oneself and the peers in a ring; solid lines are direct, dashed ones go by the server."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._peers: tuple[PeerState, ...] = ()
        self._ready: frozenset[str] = frozenset()
        self._is_exchanging = False
        self.setFixedSize(_SIZE)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("The peers of this round"))
        theme.changed.connect(self.update)

    def show_peers(
        self, peers: Sequence[PeerState], *, ready: frozenset[str], is_exchanging: bool
    ) -> None:
        """Show these peers.

        Args:
            peers: how each is reached.
            ready: ids of those that wait for the exchange.
            is_exchanging: whether values go from one to the other now.
        """
        shown = (tuple(peers), ready, is_exchanging)
        if shown == (self._peers, self._ready, self._is_exchanging):
            return
        self._peers, self._ready, self._is_exchanging = shown
        direct = sum(peer.way in ("direct", "memory") for peer in peers)
        relayed = sum(peer.way == "relayed" for peer in peers)
        self.setAccessibleDescription(
            tr("{direct} connected directly, {relayed} via the server, {none} not yet").format(
                direct=direct, relayed=relayed, none=len(peers) - direct - relayed
            )
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        peers = self._peers[:_MOST]
        places = self._places(1 + len(peers))
        tokens = self._theme.tokens
        for number, place in enumerate(places[1:], start=1):
            for other in places[number + 1 :]:
                painter.setPen(QPen(QColor(tokens.border), 1))
                painter.drawLine(place, other)
        for peer, place in zip(peers, places[1:], strict=True):
            self._way(painter, places[0], place, peer, tokens)
        self._node(painter, places[0], tokens.accent, is_filled=True)
        for peer, place in zip(peers, places[1:], strict=True):
            colour = tokens.success if peer.participant in self._ready else tokens.strong_border
            self._node(painter, place, colour, is_filled=peer.participant in self._ready)
        painter.setPen(QColor(tokens.text))
        painter.setFont(font_of(self, "strong"))
        painter.drawText(
            QPointF(places[0].x() + _NODE + SMALL, places[0].y() + _NODE / 2), tr("You")
        )
        if len(self._peers) > _MOST:
            more = tr("and {number} more").format(number=len(self._peers) - _MOST)
            painter.drawText(QPointF(SMALL, self.height() - SMALL), more)

    def _places(self, number: int) -> list[QPointF]:
        middle = QPointF(self.width() / 2, self.height() / 2)
        radius = min(self.width(), self.height()) / 2 - _NODE - 4
        turn = math.tau / max(number, 2)
        return [
            middle + QPointF(radius * math.sin(turn * one), -radius * math.cos(turn * one))
            for one in range(number)
        ]

    def _way(
        self, painter: QPainter, start: QPointF, end: QPointF, peer: PeerState, tokens: Tokens
    ) -> None:
        if peer.way is None:
            painter.setPen(QPen(QColor(tokens.danger), 1.2, Qt.PenStyle.DotLine))
        else:
            is_direct = peer.way != "relayed"
            style = Qt.PenStyle.SolidLine if is_direct else Qt.PenStyle.DashLine
            painter.setPen(QPen(QColor(tokens.accent), 2.6 if self._is_exchanging else 1.6, style))
        painter.drawLine(start, end)

    def _node(self, painter: QPainter, place: QPointF, colour: str, *, is_filled: bool) -> None:
        painter.setPen(QPen(QColor(colour), 2))
        painter.setBrush(QColor(colour if is_filled else self._theme.tokens.surface))
        painter.drawEllipse(place, _NODE, _NODE)
