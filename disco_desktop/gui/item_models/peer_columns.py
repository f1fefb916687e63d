"""What a table of participants shows of those with whom one exchanges directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from disco_desktop.gui.item_models.participants import ParticipantColumn
from disco_desktop.gui.wording import NOTHING, size

if TYPE_CHECKING:
    from disco_desktop.engine.client.peers.peer_state import PeerState
    from disco_desktop.gui.item_models.participants import ParticipantRow


def peer_columns() -> tuple[ParticipantColumn, ...]:
    """Return the columns beside those that every training has."""
    return (
        ParticipantColumn(_tr("Way"), lambda row: _way(row.peer), tone=_tone),
        ParticipantColumn(_tr("There and back"), lambda row: _latency(row.peer), is_figure=True),
        ParticipantColumn(_tr("Sent"), lambda row: _bytes(row.peer, "sent"), is_figure=True),
        ParticipantColumn(
            _tr("Received"), lambda row: _bytes(row.peer, "received"), is_figure=True
        ),
        ParticipantColumn(_tr("Key"), lambda row: _key(row)),
    )


def _way(peer: PeerState | None) -> str:
    if peer is None:
        return NOTHING
    ways = {"direct": _tr("direct"), "relayed": _tr("through the server"), "memory": _tr("direct")}
    return _tr("not reached") if peer.way is None else ways[peer.way]


def _tone(row: ParticipantRow) -> str:
    if row.peer is None:
        return "muted"
    return {"direct": "success", "relayed": "", None: "danger"}.get(row.peer.way, "")


def _latency(peer: PeerState | None) -> str:
    if peer is None or peer.latency is None:
        return NOTHING
    return _tr("{number} ms").format(number=f"{1000 * peer.latency:.1f}")


def _bytes(peer: PeerState | None, direction: str) -> str:
    if peer is None:
        return NOTHING
    return size(peer.bytes_sent if direction == "sent" else peer.bytes_received)


def _key(row: ParticipantRow) -> str:
    if row.peer is None:
        return NOTHING
    return _tr("confirmed") if row.peer.is_confirmed else _tr("not confirmed")


def _tr(text: str) -> str:
    return QCoreApplication.translate("PeerColumns", text)
