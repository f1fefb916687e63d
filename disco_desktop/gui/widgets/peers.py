"""What an exchange between participants is, and how peers may be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal

from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL
from disco_desktop.gui.widgets.card import Card, SettingRow, column, line, row
from disco_desktop.gui.widgets.drawings import PeerDrawing
from disco_desktop.gui.widgets.fields import Choice, NumberField
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from disco_desktop.app.library.settings import Settings
    from disco_desktop.app.training.session import Session
    from disco_desktop.gui.theme.theme import Theme


class PeerRound(Card):
    """Shown with a training whose participants exchange among themselves."""

    def __init__(self, theme: Theme) -> None:
        self._drawing = PeerDrawing(theme)
        self._title = Text(size="strong")
        self._words = Text()
        self._more = Text(tone="muted", size="small")
        words = column(self._title, self._words, self._more, None, spacing=SMALL)
        line = row(self._drawing, words, spacing=LARGE)
        line.setStretch(1, 1)
        super().__init__(line, margin=MEDIUM)

    def show_session(self, session: Session) -> None:
        """Show a session as it stands; nothing where its participants do not exchange directly."""
        plan = session.folder.plan
        self.setVisible(plan.scheme == "decentralized")
        if plan.scheme != "decentralized":
            return
        attendees = session.log.participants[0].attendees
        ready = frozenset(one.node for one in attendees.values() if one.presence == "contributed")
        self._drawing.show_peers(
            session.peers.peers, ready=ready, is_exchanging=session.state == "sharing"
        )
        if plan.task.collaboration.is_secure:
            self._title.setText(tr("Nobody sees your update"))
            self._words.setText(tr(
                "Before it is sent, your update is hidden under random numbers that cancel "
                "out only in the sum of everyone's. Only that sum can be computed: neither "
                "a peer nor the server can see your update. If all the others worked "
                "together against you, they could, and the sum itself still reveals "
                "something about everyone's data."
            ))  # fmt: skip
        else:
            self._title.setText(tr("Directly between participants"))
            self._words.setText(tr(
                "Updates are sent from peer to peer, encrypted, and the server sees none of "
                "them. Each peer adds up a part of everyone's update and gives the sum to "
                "the others. A peer does see the part that it adds up."
            ))  # fmt: skip
        self._more.setText(self._clipped(session.peers.clipped_share))

    def _clipped(self, share: float | None) -> str:
        ways = tr(
            "Solid: direct connection. Dashed: via the server, which cannot read it. Open a "
            "row of the table above to verify who that participant is."
        )
        if not share:
            return ways
        return f"{ways} " + tr(
            "In your latest update, {percent} % of the values were limited to the largest change."
        ).format(percent=f"{100 * share:.2g}")


_LARGEST_PORT = 65_535


class PeerSettings(Card):
    """Directly or through the server alone, and at which port.

    Attributes:
        relay_only_chosen: emitted with whether it shall be through the server alone.
        port_chosen: emitted with the port; None for any that is free.
    """

    relay_only_chosen = Signal(bool)
    port_chosen = Signal(object)

    def __init__(self, control_width: int) -> None:
        self.way = Choice()
        self.port = NumberField(0, _LARGEST_PORT)
        super().__init__(
            column(
                Text(tr("Peer-to-peer connections"), size="heading"),
                Text(tr("For tasks whose updates are sent directly between participants."),
                     tone="muted"),
                SettingRow(tr("Connection"), tr(
                    "Going only through the server is slower, but the others do not learn "
                    "this computer's address. The server cannot read what it relays."), self.way),
                line(),
                SettingRow(tr("Incoming port"), tr(
                    "Open it in your firewall. If others cannot connect, this computer "
                    "connects to them, or the server relays."), self.port),
                Text(tr("These apply from the next training on."), tone="muted", size="small"),
                spacing=MEDIUM,
            ),
            margin=LARGE,
        )  # fmt: skip
        self.way.addItem(tr("Direct when possible"), False)
        self.way.addItem(tr("Only through the server"), True)
        self.way.activated.connect(lambda: self.relay_only_chosen.emit(self.way.currentData()))
        self.port.setGroupSeparatorShown(False)
        self.port.setSpecialValueText(tr("Any free port"))
        self.port.valueChanged.connect(lambda port: self.port_chosen.emit(port or None))
        for control in (self.way, self.port):
            control.setFixedWidth(control_width)

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        self.way.setCurrentIndex(self.way.findData(settings.relay_only))
        with QSignalBlocker(self.port):
            self.port.setValue(settings.peer_port or 0)
        self.port.setEnabled(not settings.relay_only)
