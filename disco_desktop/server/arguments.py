"""The command line of `disco-server`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop import __version__
from disco_desktop.app.command_line import Parser, whole_number
from disco_desktop.engine.client.address import is_loopback
from disco_desktop.engine.errors import ServerError, StorageError
from disco_desktop.engine.memory.storage import default_root
from disco_desktop.server.config import ServerConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        description="Let participants train a model together without sharing their data. "
        "Only model updates reach this server.",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen at: 127.0.0.1 is this computer alone (the default), 0.0.0.0 the "
        "whole network, always encrypted",
    )
    parser.add_argument(
        "--port",
        type=whole_number(0, 65_535),
        default=DEFAULT_PORT,
        help=f"port to listen at (default {DEFAULT_PORT}); 0 takes a free one",
    )
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="folder in which the server keeps everything"
    )
    parser.add_argument(
        "--tasks", type=Path, metavar="DIR", help="folder of task bundles; else the default tasks"
    )
    parser.add_argument(
        "--tls-cert", type=Path, metavar="FILE", help="your own certificate, in PEM form"
    )
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="the certificate's key")
    parser.add_argument(
        "--tls", action="store_true", help="encrypt on this computer too, with our certificate"
    )
    parser.add_argument(
        "--public-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which others reach this server; may be given several times",
    )
    parser.add_argument(
        "--reload", action="store_true", help="start anew when the program's source changes"
    )
    parser.add_argument("--version", action="version", version=f"disco-server {__version__}")
    return parser
