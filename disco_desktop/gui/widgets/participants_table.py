"""The table of those who take part in a training, oneself first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu

from disco_desktop.app.words.inert_text import inert
from disco_desktop.gui.item_models.participants import (
    ParticipantRow,
    ParticipantsModel,
    peer_columns,
)
from disco_desktop.gui.widgets.data_table import PlainTable, ToneDelegate
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Collection

    from PySide6.QtGui import QKeyEvent

    from disco_desktop.app.training.known_keys import KnownKeys
    from disco_desktop.app.training.session import Session
    from disco_desktop.engine.client.ledger import PeerState
    from disco_desktop.engine.events import Attendee
    from disco_desktop.gui.theme.theme import Theme

_HEIGHT = 170
_FRAME = 50  # milliseconds between two pictures
_SINCE_WIDTH = 100
_PEER_WIDTHS = (136, 124, 88, 92, 116)  # way, there and back, sent, received, key
_STATE = 1
_SINCE = 2


class ParticipantsTable(PlainTable):
    """Who takes part in the session that is under way; hidden where there is nobody to show.

    Attributes:
        participants: the rows.
        opened: emitted with the id of a peer that the person wants to know more of.
    """

    opened = Signal(str)

    def __init__(self, theme: Theme, keys: KnownKeys) -> None:
        self.participants = ParticipantsModel(peer_columns())
        self._keys = keys
        self._session: Session | None = None
        self._named: dict[str, ParticipantRow] = {}
        super().__init__(self.participants, tr("Who takes part"), stretched=_STATE)
        self.setItemDelegate(ToneDelegate(theme, self))
        header = self.horizontalHeader()
        # Whatever measured the rows would do so at each that comes or goes.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_SINCE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(_SINCE, _SINCE_WIDTH)
        for place, width in enumerate(_PEER_WIDTHS, start=_SINCE + 1):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(place, width)
        self._hide_peer_columns(are_hidden=True)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_FRAME)
        self._soon.timeout.connect(self._show_rows)
        self._open = QAction(tr("&Show participant and key…"), self)
        self._open.triggered.connect(lambda: self._open_row(self.currentIndex()))
        self.doubleClicked.connect(self._open_row)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        keys.observe(self._keys_changed)

    def _hide_peer_columns(self, *, are_hidden: bool) -> None:
        for place in range(_SINCE + 1, self.participants.columnCount()):
            self.setColumnHidden(place, are_hidden)

    def _fit_height(self) -> None:
        """Be as high as what lies beside it: people come and go, and the page stays."""
        self.setMinimumHeight(_HEIGHT)

    def show_session(self, session: Session) -> None:
        """Show who takes part now; once it has ended nobody knows any more."""
        self._session = session
        is_among_peers = session.folder.plan.scheme == "decentralized"
        self._hide_peer_columns(are_hidden=not is_among_peers)
        self.setAccessibleDescription(
            tr("Press Enter to show a participant and its key") if is_among_peers else ""
        )
        self._show_rows()
        self.setVisible(session.is_under_way and bool(session.log.participants[0].attendees))

    def _show_rows(self) -> None:
        if self._session is not None and not self.participants.show_rows(self._rows(self._session)):
            self._soon.start()

    def _keys_changed(self) -> None:
        self._named = {}
        self._show_rows()

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
                task = session.folder.plan.task.id
                row = self._row(attendee, peer, task, here.get(attendee.node))
            self._named[attendee.node] = row
        return self._named.values()

    def _row(
        self, attendee: Attendee, peer: PeerState | None, task: str, number: int | None
    ) -> ParticipantRow:
        known = self._keys.find(task, peer.public_key) if peer is not None else None
        if number is not None:
            name = tr("No. {number}, here").format(number=number)
            return ParticipantRow(attendee, tr("You") if number == 1 else name, peer, "here")
        node = inert(f"{attendee.node[:4]} {attendee.node[4:8]}")
        name = tr("Participant {id}").format(id=node)
        if known is None:
            return ParticipantRow(attendee, name, peer)
        return ParticipantRow(attendee, inert(known.name), peer, known.verdict)

    # --- one of them

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Show the participant where the keyboard is."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_row(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open_row(self, index: QModelIndex) -> None:
        if index.isValid() and (row := self.participants.row(index.row())).peer is not None:
            self.opened.emit(row.attendee.node)

    def _show_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid() and self.participants.row(index.row()).peer is not None:
            self.setCurrentIndex(index)
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(self._open)
            menu.popup(self.viewport().mapToGlobal(place))
