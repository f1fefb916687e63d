"""The ledger: every message that leaves or reaches this machine, counted by kind."""

from __future__ import annotations

from msgspec import Struct


class Traffic(Struct):
    """Messages and bytes of one kind, in both directions."""

    messages_sent: int = 0
    bytes_sent: int = 0
    messages_received: int = 0
    bytes_received: int = 0


class Ledger:
    """Counts what is sent and received."""

    def __init__(self) -> None:
        self._traffic: dict[str, Traffic] = {}

    def sent(self, kind: str, size: int) -> None:
        """Enter a message of `size` bytes that leaves this machine."""
        traffic = self._traffic.setdefault(kind, Traffic())
        traffic.messages_sent += 1
        traffic.bytes_sent += size

    def received(self, kind: str, size: int) -> None:
        """Enter a message of `size` bytes that came in."""
        traffic = self._traffic.setdefault(kind, Traffic())
        traffic.messages_received += 1
        traffic.bytes_received += size

    @property
    def traffic(self) -> dict[str, Traffic]:
        """The counts by kind of message."""
        return self._traffic

    @property
    def bytes_sent(self) -> int:
        """All bytes that left this machine."""
        return sum(traffic.bytes_sent for traffic in self._traffic.values())

    @property
    def bytes_received(self) -> int:
        """All bytes that came in."""
        return sum(traffic.bytes_received for traffic in self._traffic.values())
