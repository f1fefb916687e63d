"""A server that runs: application, guard and socket, in a folder of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import sys
from typing import TYPE_CHECKING, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from disco_desktop.engine.durable_files import private_folder
from disco_desktop.engine.errors import ServerError, StorageError
from disco_desktop.logs import logger
from disco_desktop.server.rate import OccasionalLog
from disco_desktop.server.services import GUARD

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from disco_desktop.server.config import ServerConfig
    from disco_desktop.server.connection_guard import ConnectionGuard

# Connections that wait to be accepted, and the most that are accepted before anything else is done.
BACKLOG = 512


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Args:
        host: an address of this machine or a name for one; `0.0.0.0` or `::` mean all of them.
        port: zero lets the system choose a free one.

    Raises:
        ServerError: `listen_port_in_use`, `listen_port_forbidden`, `listen_host_unknown` or
            `listen_failed`.
    """
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.create_server(
            address[:2],
            family=family,
            backlog=BACKLOG,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except (OSError, UnicodeError, OverflowError) as error:
        raise _listen_error(host, port, error) from error
    bound.setblocking(False)
    return bound


def _listen_error(host: str, port: int, error: Exception) -> ServerError:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return ServerError("listen_port_in_use", port=str(port))
    if number == errno.EACCES:
        return ServerError("listen_port_forbidden", port=str(port))
    if isinstance(error, socket.gaierror | UnicodeError) or number == errno.EADDRNOTAVAIL:
        return ServerError("listen_host_unknown", host=host)
    return ServerError("listen_failed", host=host, port=str(port), detail=str(error))


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


_SPARE = 256  # for the database, models, uploads and whatever else is open


def allow_connections(wanted: int) -> None:
    """Raise the limit of open files as far as so many connections need and the system lets us.

    Where it does not, a warning says how many there can be: accepting fails beyond that, and what
    is connected goes on.
    """
    if sys.platform == "win32":  # sockets are no files there
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _SPARE
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError) as error:
        _log.debug("the limit of open files stays at %d: %s", soft, error)
        most = soft
    if most < needed:
        _log.warning(
            "the system allows %d open files: about %d connections", most, max(0, most - _SPARE)
        )


_LOCK_FILE = "in-use.lock"


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Create a data folder if need be, and hold it for as long as this is entered.

    Two servers on the same rounds would undo each other's work. The system lets go of the folder
    when the process ends, in whatever way, so no left-over keeps the next one from starting.

    Raises:
        StorageError: `data_dir_in_use` by another server, or `folder_unusable`.
    """
    try:
        private_folder(folder)
        descriptor = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(
            "folder_unusable", folder=str(folder), reason=error.strerror or str(error)
        ) from error
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StorageError("data_dir_in_use", folder=str(folder)) from error
