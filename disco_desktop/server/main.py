"""The program `disco-server`: its command line, its start and its end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import re
import signal
import socket
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop import __version__, logs
from disco_desktop.app.words.command_line import WRONG_CALL, Parser, WrongCallError, whole_number
from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.client.address import is_loopback
from disco_desktop.engine.errors import DiscoError, ServerError, StorageError
from disco_desktop.engine.memory.storage import default_root, storage_error
from disco_desktop.server.application import create_application
from disco_desktop.server.certificates import ServerCertificate, given_certificate, own_certificate
from disco_desktop.server.config import ServerConfig
from disco_desktop.server.reload import reload_on_change
from disco_desktop.server.running import allow_connections, claimed, running
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEFAULT_PORT = 8080

_HOST_NAME = re.compile(r"(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?")


@dataclass(frozen=True, kw_only=True)
class Start:
    """What the command line says.

    Attributes:
        config: the server's settings.
        certificate: the operator's certificate and its key; without them an own one is made.
        is_reloading: whether to start anew when the program's source changes.
    """

    config: ServerConfig
    certificate: tuple[Path, Path] | None
    is_reloading: bool


def read_arguments(arguments: Sequence[str] | None = None) -> Start:
    """Read the command line.

    Raises:
        WrongCallError: the program was not called as it should be.
        DiscoError: what it says cannot be.
    """
    given = _parser().parse_args(arguments)
    if (given.tls_cert is None) != (given.tls_key is None):
        raise ServerError("certificate_half_given")
    certificate = (given.tls_cert, given.tls_key) if given.tls_cert else None
    for host in given.public_host:
        if not _HOST_NAME.fullmatch(host):
            raise ServerError("public_host_invalid", host=host)
    if given.tasks is not None and not given.tasks.is_dir():
        raise StorageError("folder_missing", folder=str(given.tasks))
    config = ServerConfig(
        data_dir=given.data_dir or default_root().parent / "server",
        tasks_dir=given.tasks,
        host=given.host,
        port=given.port,
        # What leaves this computer is encrypted, whether or not anybody asked for it.
        is_tls=bool(certificate or given.tls or not is_loopback(given.host)),
        public_hosts=tuple(given.public_host),
    )
    return Start(config=config, certificate=certificate, is_reloading=given.reload)


def _parser() -> Parser:
    parser = Parser(
        prog="disco-server",
        description=tr(
            "Let participants train a model together without sharing their "
            "data. Only model updates reach this server."
        ),
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help=tr(
            "address to listen on: 127.0.0.1 for this computer only (default), 0.0.0.0 for "
            "the whole network, always encrypted"
        ),
    )
    parser.add_argument(
        "--port",
        type=whole_number(0, 65_535),
        default=DEFAULT_PORT,
        help=tr("port to listen on (default {default_port}); 0 picks a free one").format(
            default_port=DEFAULT_PORT
        ),
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help=tr("folder in which the server keeps all its data"),
    )
    parser.add_argument(
        "--tasks",
        type=Path,
        metavar="DIR",
        help=tr("folder of tasks to offer (default: the built-in tasks)"),
    )
    parser.add_argument(
        "--tls-cert", type=Path, metavar="FILE", help=tr("your own certificate, in PEM form")
    )
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help=tr("the certificate's key"))
    parser.add_argument(
        "--tls",
        action="store_true",
        help=tr("encrypt on this computer too, with a self-signed certificate"),
    )
    parser.add_argument(
        "--public-host",
        action="append",
        default=[],
        metavar="NAME",
        help=tr("a name by which others reach this server; can be given several times"),
    )
    parser.add_argument(
        "--reload", action="store_true", help=tr("restart when the program's source changes")
    )
    parser.add_argument("--version", action="version", version=f"disco-server {__version__}")
    return parser


_log = logs.logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is told to stop; return the exit code."""
    logs.configure(level=logging.INFO)
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        start = read_arguments(given)
        if start.is_reloading:
            asyncio.run(reload_on_change(given, start.config))
        else:
            with _told_to_its_operator(start.config.data_dir):
                asyncio.run(_serve(start))
    except WrongCallError as error:
        _say(str(error))
        return WRONG_CALL
    except DiscoError as error:
        _log.debug("%s", error)
        _say(sentence(error))
        return 1
    except KeyboardInterrupt:
        return 0
    except Exception:
        _log.debug("the server failed", exc_info=True)
        _say(sentence(ServerError("server_failed")))
        return 1
    return 0


@contextlib.contextmanager
def _told_to_its_operator(folder: Path) -> Iterator[None]:
    """Say why nothing can be stored: what participants are told bids them ask the operator."""
    try:
        yield
    except StorageError as error:
        if error.code != "server_storage":
            raise
        raise storage_error(folder, _said_by_the_system(error.__cause__)) from error


def _said_by_the_system(cause: BaseException | None) -> OSError:
    if isinstance(cause, OSError):
        return cause
    is_full = isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode == sqlite3.SQLITE_FULL
    return OSError(errno.ENOSPC if is_full else errno.EIO, str(cause))


def _say(text: str) -> None:
    """Tell whoever started the server, in one line."""
    sys.stderr.write(f"disco-server: {text}\n")


async def _serve(start: Start) -> None:
    """Serve until the system or somebody at the terminal asks for an end."""
    _cancel_when_told()
    config = start.config
    with contextlib.suppress(asyncio.CancelledError), claimed(config.data_dir):
        allow_connections(config.limits.connections)
        certificate = _certificate(start)
        context = certificate.context if certificate is not None else None
        async with running(create_application(config), config, context) as port:
            place = _place(config, port, certificate)
            sys.stdout.write(f"Disco server listening on {place}\n")
            sys.stdout.flush()
            await asyncio.get_running_loop().create_future()  # until cancelled


def _cancel_when_told() -> None:
    """Let SIGINT and SIGTERM cancel this task, once: they may well come twice."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    is_told = False

    def end() -> None:
        nonlocal is_told
        if not is_told and task is not None:
            _log.info("stopping")
            is_told = task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C interrupts instead
            loop.add_signal_handler(number, end)


def _certificate(start: Start) -> ServerCertificate | None:
    if start.certificate is not None:
        return given_certificate(*start.certificate)
    if not start.config.is_tls:
        return None
    return own_certificate(start.config.data_dir, [start.config.host, *start.config.public_hosts])


def _place(config: ServerConfig, port: int, certificate: ServerCertificate | None) -> str:
    """Return the address that participants use, with the fingerprint that they need."""
    host = config.host
    if config.public_hosts:
        host = config.public_hosts[0]
    elif host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not listened at
        host = socket.gethostname()
    shown = f"[{host}]" if ":" in host else host
    if certificate is None:
        return f"http://{shown}:{port}"
    return f"https://{shown}:{port} fingerprint {certificate.fingerprint}"


if __name__ == "__main__":
    sys.exit(main())
