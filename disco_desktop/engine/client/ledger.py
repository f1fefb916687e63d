"""The ledger: every message that leaves or reaches this machine, and how peers are reached."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

# What the connections carried over and above all messages: HTTP and WebSocket framing, encryption.
FRAMING = "framing"


class Traffic(Struct):
    """Messages and bytes of one kind, in both directions."""

    messages_sent: int = 0
    bytes_sent: int = 0
    messages_received: int = 0
    bytes_received: int = 0


class Ledger:
    """Counts what is sent and received."""

    def __init__(self) -> None:
        self._messages: dict[str, Traffic] = {}
        self._carried = Traffic()

    def sent(self, kind: str, size: int) -> None:
        """Enter a message of `size` bytes that leaves this machine."""
        traffic = self._messages.setdefault(kind, Traffic())
        traffic.messages_sent += 1
        traffic.bytes_sent += size

    def received(self, kind: str, size: int) -> None:
        """Enter a message of `size` bytes that came in."""
        traffic = self._messages.setdefault(kind, Traffic())
        traffic.messages_received += 1
        traffic.bytes_received += size

    def carried(self, *, sent: int = 0, received: int = 0) -> None:
        """Enter bytes that a connection really carried, whatever they were for."""
        self._carried.bytes_sent += sent
        self._carried.bytes_received += received

    @property
    def traffic(self) -> dict[str, Traffic]:
        """The counts by kind of message, with what framing and encryption added as one more kind.

        A message counts once it is on its way, perhaps before the connection has carried all of it.
        """
        framing = Traffic(
            bytes_sent=max(0, self._carried.bytes_sent - self._sum("bytes_sent")),
            bytes_received=max(0, self._carried.bytes_received - self._sum("bytes_received")),
        )
        counted = framing.bytes_sent or framing.bytes_received
        return {**self._messages, FRAMING: framing} if counted else dict(self._messages)

    @property
    def bytes_sent(self) -> int:
        """All bytes that left this machine."""
        return max(self._carried.bytes_sent, self._sum("bytes_sent"))

    @property
    def bytes_received(self) -> int:
        """All bytes that came in."""
        return max(self._carried.bytes_received, self._sum("bytes_received"))

    def _sum(self, figure: str) -> int:
        return sum(getattr(traffic, figure) for traffic in self._messages.values())


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
