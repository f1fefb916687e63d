"""A drawing of a round between participants: who is there, and which way leads to each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from disco_desktop.gui.theme.tokens import SMALL
from disco_desktop.gui.widgets.text import font_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from disco_desktop.engine.client.peers.peer_state import PeerState
    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.theme.tokens import Tokens

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
        self.setAccessibleName(self.tr("The peers of this round"))
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
            self.tr(
                "{direct} reached directly, {relayed} through the server, {none} not yet"
            ).format(direct=direct, relayed=relayed, none=len(peers) - direct - relayed)
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
            QPointF(places[0].x() + _NODE + SMALL, places[0].y() + _NODE / 2), self.tr("You")
        )
        if len(self._peers) > _MOST:
            more = self.tr("and {number} more").format(number=len(self._peers) - _MOST)
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
