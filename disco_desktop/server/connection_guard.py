"""Who may be connected, how many, and for how long without saying anything.

aiohttp takes every connection and waits for its request without an end. The guard keeps strangers
from crowding out participants: a connection of which nobody knows whose it is lasts until enough
newer ones have come, and a participant's own is never cut for others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from aiohttp import web

from disco_desktop.logs import logger
from disco_desktop.server.connection import Connection
from disco_desktop.server.rate import Credit, OccasionalLog, TokenBucket

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine, Iterator

    from aiohttp.typedefs import Handler

    from disco_desktop.server.config import Limits

_CROWDED_OUT = "gave way to newer connections"
_ORDINARY = ("idle", "the server stopped")

_log = logger(__name__)


class ConnectionGuard:
    """The protocol factory of a listening server, and its book of connections.

    Attributes:
        limits: what the server bears.
        tls: how connections are secured, if they are.
        cuts: how many connections were cut, by reason.
        incidents: the log for what others do wrong.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.tls: ssl.SSLContext | None = None
        self.cuts: Counter[str] = Counter()
        self.incidents = OccasionalLog(_log, limits.log_seconds)
        self._server: web.Server | None = None
        # Dictionaries serve as ordered sets: the oldest connection comes first.
        self._strangers: dict[Connection, None] = {}
        self._participants: defaultdict[tuple[str, bool], dict[Connection, None]] = defaultdict(
            dict
        )
        self._identified = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def protect(self, server: web.Server, tls: ssl.SSLContext | None) -> None:
        """Hand connections over to this server, over TLS where a context is given."""
        self._server, self.tls = server, tls

    def __call__(self) -> Connection:
        """Make the protocol of a newly accepted socket."""
        return Connection(self)

    @property
    def open_connections(self) -> int:
        """Connections that are open now."""
        return len(self._strangers) + self._identified

    def identified(
        self, request: web.BaseRequest, participant: str, *, is_relay: bool = False
    ) -> None:
        """Note that a request's connection has proved to be a certain participant's.

        From then on it is never cut for the sake of others. A participant with too many
        connections loses its own oldest; those to its peers through the relay are counted apart,
        since they are as many as its peers.
        """
        connection = _connection_of(request)
        if connection is None or connection.participant is not None:
            return
        if connection not in self._strangers:  # it was cut while the request was under way
            return
        del self._strangers[connection]
        connection.participant, connection.is_relay = participant, is_relay
        own = self._participants[participant, is_relay]
        own[connection] = None
        self._identified += 1
        limits = self.limits
        most = limits.participant_relays if is_relay else limits.participant_connections
        if len(own) > most:
            next(iter(own)).cut("too many of one participant")

    @contextlib.contextmanager
    def own_time(self, request: web.BaseRequest) -> Iterator[None]:
        """Do not time a request while what it does bounds every piece of it by itself."""
        connection = _connection_of(request)
        if connection is not None:
            connection.request_began(None)
        try:
            yield
        finally:
            if connection is not None:
                connection.request_ended(is_whole=request.content.is_eof())

    def bound_input(self, request: web.BaseRequest, when_overrun: Callable[[], None]) -> None:
        """Bound how many bytes a request that became a control channel may bring in."""
        connection = _connection_of(request)
        if connection is not None:
            allowance = TokenBucket(
                self.limits.control_bytes_per_second, self.limits.control_burst_bytes
            )
            connection.bound_input(allowance, when_overrun)

    def bound_unfinished(
        self, request: web.BaseRequest, most: int, when_overrun: Callable[[], None]
    ) -> Credit:
        """Bound how many bytes may come that are of no use yet, and return the account of them."""
        credit, connection = Credit(most), _connection_of(request)
        if connection is not None:
            connection.bound_input(credit, when_overrun)
        return credit

    def ignore_input(self, request: web.BaseRequest) -> None:
        """Take nothing more from whoever does not keep to the protocol."""
        connection = _connection_of(request)
        if connection is not None:
            connection.ignore_input()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Time the application's requests; it belongs outermost.

        What a handler returns must be small, at most a piece, since the client then has
        `idle_seconds` to fetch it; more is written by the handler itself.
        """
        connection = _connection_of(request)
        if connection is None:
            return await handler(request)
        is_upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
        connection.request_began(None if is_upgrade else self.limits.request_seconds)
        try:
            return await handler(request)
        finally:
            connection.request_ended(is_whole=request.content.is_eof())

    def close(self) -> None:
        """Cut the connections that are still open."""
        everybody = [*self._strangers]
        for own in self._participants.values():
            everybody += own
        for connection in everybody:
            connection.cut("the server stopped")

    # What follows is for `Connection`.

    def make_handler(self) -> asyncio.Protocol:
        """Make aiohttp's protocol of one connection."""
        if self._server is None:
            raise RuntimeError("protect() comes first")
        return self._server()

    def run(self, work: Coroutine[None, None, None]) -> None:
        """Run a connection's handshake beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def admit(self, connection: Connection) -> None:
        """Enter a new connection; the oldest stranger gives way where there are too many."""
        self._strangers[connection] = None
        is_crowded = (
            len(self._strangers) > self.limits.unidentified_connections
            or self.open_connections > self.limits.connections
        )
        if is_crowded:
            next(iter(self._strangers)).cut(_CROWDED_OUT)

    def forget(self, connection: Connection) -> None:
        """Strike out a connection that has ended. Safe to call again."""
        if connection.participant is None:
            self._strangers.pop(connection, None)
            return
        whose = connection.participant, connection.is_relay
        own = self._participants.get(whose, {})
        if connection in own:
            del own[connection]
            self._identified -= 1
        if not own:
            self._participants.pop(whose, None)

    def noticed(self, connection: Connection, reason: str) -> None:
        """Count a cut, and tell of it unless it is in the ordinary course of things."""
        self.cuts[reason] += 1
        if reason == _CROWDED_OUT:
            self.incidents.tell(
                reason,
                "%d connections without a known participant: the oldest give way",
                len(self._strangers),
                level=logging.WARNING,
            )
        elif reason not in _ORDINARY:
            whose = connection.participant or "a stranger"
            self.incidents.tell(reason, "cut a connection of %s: %s", whose, reason)


def _connection_of(request: web.BaseRequest) -> Connection | None:
    """Return a request's connection, if it is still open."""
    transport = request.transport
    protocol = transport.get_protocol() if transport is not None else None
    return protocol if isinstance(protocol, Connection) else None
