"""One connection under watch: from the accepted socket to its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from disco_desktop.logs import logger
from disco_desktop.server.timers import Deadline

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from disco_desktop.server.connection_guard import ConnectionGuard
    from disco_desktop.server.rate import Credit, TokenBucket

_log = logger(__name__)

_HEARD_ENOUGH = "did not end after it was told off"


class Connection(asyncio.Protocol):
    """Stands between a socket and aiohttp's handler, and cuts what takes too long.

    aiohttp bounds the size of headers but not the time they take, and with TLS it first hears of
    a connection after the handshake. So the socket is accepted here, as plain TCP, is secured
    where it should be, and everything is then handed on as it comes.

    Attributes:
        participant: whose connection it is, once that is proved.
        is_relay: whether it goes through to a peer.
    """

    def __init__(self, guard: ConnectionGuard) -> None:
        self.participant: str | None = None
        self.is_relay = False
        self._guard = guard
        self._socket: asyncio.Transport | None = None
        self._handler: asyncio.Protocol | None = None
        self._early = bytearray()
        self._deadline = Deadline(self.cut)
        self._is_idle = False
        self._is_ignoring = False
        self._has_ended = False
        self._allowance: TokenBucket | Credit | None = None
        self._when_overrun: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over an accepted socket."""
        transport = cast("asyncio.Transport", transport)
        self._socket = transport
        self._deadline.set(self._guard.limits.header_seconds, "no whole request in time")
        if self._guard.tls is None:
            self._hand_over(transport)
        else:
            transport.pause_reading()  # until the handshake looks at what comes
            self._guard.run(self._secure(transport, self._guard.tls))
        self._guard.admit(self)

    async def _secure(self, transport: asyncio.Transport, tls: ssl.SSLContext) -> None:
        """Make the TLS handshake, then hand the secured connection over."""
        seconds = self._guard.limits.header_seconds
        try:
            secured = await asyncio.get_running_loop().start_tls(
                transport, self, tls, server_side=True, ssl_handshake_timeout=seconds
            )
        except OSError as error:
            _log.debug("no TLS handshake: %s", error)
            self.cut("no TLS handshake")
            return
        if secured is None or self._has_ended:
            self.cut("closed during the TLS handshake")
            return
        self._deadline.set(seconds, "no whole request in time")
        self._hand_over(secured)

    def _hand_over(self, transport: asyncio.Transport) -> None:
        """Give the connection to aiohttp, with what came together with the handshake's end."""
        self._handler = self._guard.make_handler()
        self._handler.connection_made(transport)
        if self._early:
            early, self._early = bytes(self._early), bytearray()
            self._handler.data_received(early)

    def data_received(self, data: bytes) -> None:
        """Pass on bytes; the first ones after a pause begin a request."""
        if self._is_ignoring:
            self._stop_reading()
            return
        if self._is_idle:
            self._is_idle = False
            self._deadline.set(self._guard.limits.header_seconds, "no whole request in time")
        if self._allowance is not None and not self._allowance.take(len(data)):
            if self._when_overrun is not None:
                self._when_overrun()
        elif self._handler is None:
            self._early += data
        else:
            self._handler.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on the end of what the other side sends."""
        return self._handler.eof_received() if self._handler is not None else None

    def pause_writing(self) -> None:
        """Pass on that the other side reads too slowly."""
        if self._handler is not None:
            self._handler.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that there is room again."""
        if self._handler is not None:
            self._handler.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end()
        if self._handler is not None:
            self._handler.connection_lost(exc)

    def request_began(self, seconds: float | None) -> None:
        """Note that headers are whole; the request may last some seconds, if that is bounded."""
        self._is_idle = False
        if seconds is None:
            self._deadline.lift()
        else:
            self._deadline.set(seconds, "a request took too long")

    def request_ended(self, *, is_whole: bool) -> None:
        """Note that the answer is on its way, after which the next request may come.

        A request that was answered before all of it was there has to end soon, and by itself:
        aiohttp waits `header_seconds` for the rest, and then closes.
        """
        if not self._has_ended and not self._is_ignoring:
            self._is_idle = is_whole
            limits = self._guard.limits
            seconds = limits.idle_seconds if is_whole else 2 * limits.header_seconds
            self._deadline.set(seconds, "idle")

    def bound_input(
        self, allowance: TokenBucket | Credit, when_overrun: Callable[[], None]
    ) -> None:
        """Count the bytes that come from now on, and hear no more of what goes beyond."""
        self._allowance, self._when_overrun = allowance, when_overrun

    def ignore_input(self) -> None:
        """Hear nothing more and end soon; what we have to say can still be sent."""
        if not self._is_ignoring and not self._has_ended:
            self._is_ignoring = True
            self._stop_reading()
            # Twice the time in which the other side should have taken the last word.
            self._deadline.set(2 * self._guard.limits.farewell_seconds, _HEARD_ENOUGH)

    def _stop_reading(self) -> None:
        """Leave what comes to the system, which then slows the sender down."""
        if self._socket is not None:
            self._socket.pause_reading()

    def cut(self, reason: str) -> None:
        """End the connection at once, whatever state it is in."""
        self._guard.noticed(self, reason)
        self._end()
        if self._socket is not None:
            self._socket.abort()

    def _end(self) -> None:
        self._has_ended = True
        self._deadline.end()
        self._guard.forget(self)
