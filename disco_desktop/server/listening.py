"""The socket that a server listens at, or the reason why it cannot."""

from __future__ import annotations

import errno
import socket

from disco_desktop.engine.errors import ServerError

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
