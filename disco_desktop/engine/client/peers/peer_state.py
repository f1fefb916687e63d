"""How a peer is reached, for a person to see."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class PeerState(Struct, frozen=True, kw_only=True):
    """One peer, as far as we can tell.

    Attributes:
        participant: its id.
        way: directly, or through the server, which cannot read it; None while there is no link.
        latency: seconds there and back; None until it was measured.
        is_confirmed: whether a person has confirmed the peer's key; else the server alone vouches
            for it.
    """

    participant: str
    way: Literal["direct", "relayed", "memory"] | None
    latency: float | None = None
    bytes_sent: int = 0
    bytes_received: int = 0
    is_confirmed: bool = False
