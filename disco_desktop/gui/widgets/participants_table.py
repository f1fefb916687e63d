"""The table of those who take part in a training, oneself first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHeaderView

from disco_desktop.app.inert_text import inert
from disco_desktop.gui.item_models.participants import ParticipantRow, ParticipantsModel
from disco_desktop.gui.item_models.peer_columns import peer_columns
from disco_desktop.gui.widgets.data_table import PlainTable, ToneDelegate

if TYPE_CHECKING:
    from collections.abc import Collection

    from disco_desktop.app.session import Session
    from disco_desktop.gui.theme.theme import Theme

_HEIGHT = 170
_FRAME = 50  # milliseconds between two pictures
_SINCE_WIDTH = 100
_STATE = 1
_SINCE = 2


class ParticipantsTable(PlainTable):
    """Who takes part in the session that is under way; hidden where there is nobody to show."""

    def __init__(self, theme: Theme) -> None:
        self._model = ParticipantsModel(peer_columns())
        self._session: Session | None = None
        self._named: dict[str, ParticipantRow] = {}
        super().__init__(self._model, self.tr("Who takes part"), stretched=_STATE)
        self.setItemDelegate(ToneDelegate(theme, self))
        header = self.horizontalHeader()
        # Whatever measured the rows would do so at each that comes or goes.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_SINCE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(_SINCE, _SINCE_WIDTH)
        self._hide_peer_columns(are_hidden=True)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_FRAME)
        self._soon.timeout.connect(self._show_rows)

    def _hide_peer_columns(self, *, are_hidden: bool) -> None:
        for place in range(_SINCE + 1, self._model.columnCount()):
            self.setColumnHidden(place, are_hidden)

    def _fit_height(self) -> None:
        """Be as high as what lies beside it: people come and go, and the page stays."""
        self.setMinimumHeight(_HEIGHT)

    def show_session(self, session: Session) -> None:
        """Show who takes part now; once it has ended nobody knows any more."""
        self._session = session
        self._hide_peer_columns(are_hidden=session.folder.plan.scheme != "decentralized")
        self._show_rows()
        self.setVisible(session.is_under_way and bool(session.log.participants[0].attendees))

    def _show_rows(self) -> None:
        if self._session is not None and not self._model.show_rows(self._rows(self._session)):
            self._soon.start()

    def _rows(self, session: Session) -> Collection[ParticipantRow]:
        """Name everybody: oneself, who practises here, and the others by their numbers."""
        attendees = session.log.participants[0].attendees
        before, self._named = self._named, {}
        here = {
            participant.started.node: participant.number
            for participant in session.log.participants
            if participant.started is not None
        }
        peers = {peer.participant: peer for peer in session.peers.peers}
        own_first = sorted(attendees.values(), key=lambda one: here.get(one.node) != 1)
        for attendee in own_first:
            row, peer = before.get(attendee.node), peers.get(attendee.node)
            # Most are as they were, and there may be hundreds.
            if row is None or row.attendee is not attendee or row.peer != peer:
                name = self._name(attendee.node, here.get(attendee.node))
                row = ParticipantRow(attendee, name, peer)
            self._named[attendee.node] = row
        return self._named.values()

    def _name(self, node: str, number: int | None) -> str:
        if number == 1:
            return self.tr("You")
        if number is not None:
            return self.tr("Number {number}, here").format(number=number)
        return self.tr("Participant {id}").format(id=inert(f"{node[:4]} {node[4:8]}"))
