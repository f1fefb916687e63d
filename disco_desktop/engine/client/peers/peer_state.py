"""How a peer is reached, for a person to see."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class PeerState(Struct, frozen=True, kw_only=True):
    """One peer, as far as we can tell.

    Attributes:
        participant: its id.
        way: directly, or through the server, which cannot read it; None while there is no link.
        public_key: the key that it was introduced with, and that every link to it has proved.
        safety_code: what the person behind it sees too, unless the server has introduced other keys
            than theirs.
        latency: seconds there and back; None until it was measured.
    """

    participant: str
    public_key: bytes
    safety_code: str
    way: Literal["direct", "relayed", "memory"] | None
    latency: float | None = None
    bytes_sent: int = 0
    bytes_received: int = 0
