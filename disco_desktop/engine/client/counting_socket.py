"""Sockets that count what they carry: what the network sees, framing and encryption included."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohappyeyeballs import AddrInfoType

    from disco_desktop.engine.client.ledger import Ledger


class CountingSocket(socket.socket):
    """A socket that enters each byte in a ledger.

    It sees what asyncio's selector loops send and receive. Windows' own loop hands the work to the
    system past any Python object; nothing is entered there.
    """

    ledger: Ledger | None = None

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection whose bytes are counted in the same ledger."""
        accepted, address = super().accept()
        timeout = accepted.gettimeout()
        made = CountingSocket(
            accepted.family, accepted.type, accepted.proto, fileno=accepted.detach()
        )
        made.settimeout(timeout)
        made.ledger = self.ledger
        return made, address

    def send(self, data: Any, flags: int = 0, /) -> int:
        """Send, and count what was taken."""
        return self._sent(super().send(data, flags))

    def sendmsg(self, *arguments: Any) -> int:
        """Send several buffers at once, as Python 3.12 and later do."""
        return self._sent(super().sendmsg(*arguments))

    def _sent(self, size: int) -> int:
        if self.ledger is not None:
            self.ledger.carried(sent=size)
        return size

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Receive, and count what came."""
        content = super().recv(size, flags)
        if self.ledger is not None:
            self.ledger.carried(received=len(content))
        return content

    def recv_into(self, buffer: Any, size: int = 0, flags: int = 0, /) -> int:
        """Receive into a buffer, and count what came."""
        received = super().recv_into(buffer, size, flags)
        if self.ledger is not None:
            self.ledger.carried(received=received)
        return received


def socket_factory(ledger: Ledger) -> Callable[[AddrInfoType], socket.socket]:
    """Return what aiohttp makes its sockets with, so that a ledger sees all they carry."""

    def make(address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, _ = address
        made = CountingSocket(family, kind, protocol)
        made.ledger = ledger
        return made

    return make
