"""How long each step between peers may take, and how much of anything there may be."""

from __future__ import annotations

from dataclasses import dataclass

DIRECT_SECONDS = 2.5  # before the way through the server is taken


@dataclass(frozen=True, kw_only=True)
class LinkLimits:
    """Bounds of a transport; all times in seconds.

    Attributes:
        handshake: for TLS and the proof of both keys together.
        direct: how long only direct ways are tried.
        connect: until a peer counts as out of reach.
        ping: an idle link says something this often.
        silence: a link that says nothing for so long is lost. With the time between two looks,
            half a `ping`, that makes a minute.
        stall: a peer that reads nothing of what waits for it for so long is lost.
        retry: between two calls at the same place, or at the server's relay.
        kept: how long a link is kept for a `connect` that has not come yet.
        closing: what a link may take to say its last bytes.
        unproven: connections that have not proved a key; beyond it the oldest is dropped, of the
            address that has the most.
        of_one_peer: links that one peer has proved and nobody has taken yet.
    """

    handshake: float = 10.0
    direct: float = DIRECT_SECONDS
    connect: float = 25.0
    ping: float = 20.0
    silence: float = 50.0
    stall: float = 60.0
    retry: float = 0.5
    kept: float = 30.0
    closing: float = 2.0
    unproven: int = 64
    of_one_peer: int = 8
