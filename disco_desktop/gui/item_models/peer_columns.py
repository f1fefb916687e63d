"""What a table of participants shows of those with whom one exchanges directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

from disco_desktop.app.sentences import key_words
from disco_desktop.gui.item_models.participants import ParticipantColumn
from disco_desktop.gui.wording import NOTHING, size

if TYPE_CHECKING:
    from disco_desktop.app.key_words import KeyStanding
    from disco_desktop.engine.client.peers.peer_state import PeerState
    from disco_desktop.gui.item_models.participants import ParticipantRow
    from disco_desktop.gui.widgets.text import Tone

KEY_TONES: dict[KeyStanding, Tone] = {
    "confirmed": "success",
    "refused": "danger",
    "unconfirmed": "",
    "here": "muted",
}


def peer_columns() -> tuple[ParticipantColumn, ...]:
    """Return the columns beside those that every training has."""
    return (
        ParticipantColumn(_tr("Way"), lambda row: way_words(row.peer), tone=_tone),
        ParticipantColumn(
            _tr("There and back"), lambda row: latency_words(row.peer), is_figure=True
        ),
        ParticipantColumn(_tr("Sent"), lambda row: bytes_words(row.peer, "sent"), is_figure=True),
        ParticipantColumn(
            _tr("Received"), lambda row: bytes_words(row.peer, "received"), is_figure=True
        ),
        ParticipantColumn(_tr("Key"), _key, tone=_key_tone),
    )


def way_words(peer: PeerState | None) -> str:
    """Say how a peer is reached."""
    if peer is None:
        return NOTHING
    ways = {"direct": _tr("direct"), "relayed": _tr("through the server"), "memory": _tr("direct")}
    return _tr("not reached") if peer.way is None else ways[peer.way]


def _tone(row: ParticipantRow) -> str:
    if row.peer is None:
        return "muted"
    return {"direct": "success", "relayed": "", None: "danger"}.get(row.peer.way, "")


def latency_words(peer: PeerState | None) -> str:
    """Write how long the way there and back is."""
    if peer is None or peer.latency is None:
        return NOTHING
    return _tr("{number} ms").format(number=f"{1000 * peer.latency:.1f}")


def bytes_words(peer: PeerState | None, direction: Literal["sent", "received"]) -> str:
    """Say how many bytes went one way."""
    if peer is None:
        return NOTHING
    return size(peer.bytes_sent if direction == "sent" else peer.bytes_received)


def _key(row: ParticipantRow) -> str:
    return NOTHING if row.peer is None else key_words(row.key)


def _key_tone(row: ParticipantRow) -> str:
    return "muted" if row.peer is None else KEY_TONES[row.key]


def _tr(text: str) -> str:
    return QCoreApplication.translate("PeerColumns", text)
