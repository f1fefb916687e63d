"""A server that runs: application, guard and socket together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from disco_desktop.logs import logger
from disco_desktop.server.keys import GUARD
from disco_desktop.server.listening import BACKLOG, listening_socket
from disco_desktop.server.occasional_log import OccasionalLog

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import AsyncIterator

    from disco_desktop.server.config import ServerConfig
    from disco_desktop.server.connection_guard import ConnectionGuard

_log = logger(__name__)


@contextlib.asynccontextmanager
async def running(
    app: web.Application, config: ServerConfig, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve an application for as long as this is entered; gives the port.

    Leaving lets requests under way finish for `shutdown_seconds`.

    Raises:
        ServerError: it cannot listen there.
        DiscoError: the application cannot start.
    """
    limits = config.limits
    bound = listening_socket(config.host, config.port)
    runner = web.AppRunner(
        app,
        keepalive_timeout=limits.idle_seconds,
        lingering_time=limits.header_seconds,
        max_line_size=limits.header_line_bytes,
        max_field_size=limits.header_line_bytes,
        max_headers=limits.headers,
        auto_decompress=False,
        read_bufsize=limits.receive_buffer_bytes,
        access_log=None,
        logger=_http_log(limits.log_seconds),
        shutdown_timeout=limits.shutdown_seconds,
    )
    guard = app[GUARD]
    try:
        await runner.setup()
        guard.protect(cast("web.Server", runner.server), tls)
        await _GuardedSite(runner, guard, bound).start()
        yield bound.getsockname()[1]
    finally:
        await runner.cleanup()
        guard.close()
        bound.close()


class _GuardedSite(web.BaseSite):
    """Accepts connections through the guard."""

    __slots__ = ("_guard", "_socket")

    def __init__(self, runner: web.AppRunner, guard: ConnectionGuard, bound: socket.socket) -> None:
        super().__init__(runner)
        self._guard = guard
        self._socket = bound

    @property
    def name(self) -> str:
        return str(self._socket.getsockname())

    async def start(self) -> None:
        await super().start()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._guard, sock=self._socket, backlog=BACKLOG)


def _http_log(seconds: float) -> logging.Logger:
    """Return the log for what goes wrong below the application."""
    log = logger(f"{__name__}.http")
    log.setLevel(logging.DEBUG)  # aiohttp keeps some malformed requests to itself otherwise
    log.filters[:] = [_Shortened(OccasionalLog(log, seconds))]
    return log


class _Shortened(logging.Filter):
    """Tells of others' mistakes in one line, without quoting them: they may hold a secret.

    A client that is gone in the middle of a request is a mistake of nobody; its connection is lost
    on a train as in an attack. What is let through, with its traceback, is a mistake of ours.
    """

    def __init__(self, incidents: OccasionalLog) -> None:
        super().__init__()
        self._incidents = incidents

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ConnectionError):
            self._incidents.tell("left", "a client left in the middle of a request")
            return False
        if isinstance(error, HttpProcessingError | web.RequestPayloadError):
            level = logging.WARNING if record.levelno > logging.DEBUG else logging.INFO
            name = type(error).__name__
            self._incidents.tell(name, "refused a malformed request: %s", name, level=level)
            return False
        return record.levelno > logging.DEBUG or _log.isEnabledFor(logging.DEBUG)
