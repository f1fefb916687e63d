"""Where a server is, how to be sure that it is the right one, and what goes to and fro, counted."""

from __future__ import annotations

import ipaddress
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from disco_desktop.engine.client.versions import VERSION_HEADERS
from disco_desktop.engine.errors import ServerError

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


FINGERPRINT_BYTES = 32
_LONGEST_URL = 2_048
# Before 3.12.8, Python leaves an encrypted connection open until the other side takes leave: also
# one whose certificate is not the pinned one.
_WAITS_FOR_GOODBYE = sys.version_info < (3, 12, 8) or (3, 13) <= sys.version_info < (3, 13, 1)

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0
_CONNECTIONS = 8

# What OpenSSL says when the other side answers a handshake with something that is not TLS.
_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"}


@dataclass(frozen=True)
class ServerAddress:
    """A server's URL, and the SHA-256 of its certificate where that is pinned.

    Plain HTTP is for this computer alone. Elsewhere a server proves itself by the pinned
    certificate, or without a pin by one that this computer's certificate authorities vouch for.

    Attributes:
        url: normal form, without a slash at the end.
        fingerprint: 64 hexadecimal digits in lower case; given with or without colons.

    Raises:
        ServerError: `server_address_invalid`, `server_address_plain` (HTTP to another computer),
            `server_fingerprint_invalid` or `server_fingerprint_plain` (a pin needs HTTPS).
    """

    url: str
    fingerprint: str | None = None

    def __post_init__(self) -> None:
        url = _parse(self.url)
        object.__setattr__(self, "url", str(url).rstrip("/"))
        if url.scheme == "http" and not is_loopback(url.host or ""):
            raise ServerError("server_address_plain", address=self.url)
        if self.fingerprint is not None:
            digest = _parse_fingerprint(self.fingerprint)
            object.__setattr__(self, "fingerprint", digest.hex())
            if url.scheme == "http":
                raise ServerError("server_fingerprint_plain", address=self.url)

    def ssl(self) -> aiohttp.Fingerprint | bool:
        """Return what aiohttp takes as `ssl`: the pinned certificate, or the usual checks."""
        if self.fingerprint is None:
            return True
        return aiohttp.Fingerprint(bytes.fromhex(self.fingerprint))

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this computer."""
        return is_loopback(URL(self.url).host or "")

    def endpoint(self, path: str) -> URL:
        """Return the URL of one of the server's resources, such as `/tasks/titanic`."""
        return URL(self.url + path)


def _parse(text: str) -> URL:
    """Read a URL that names a server and nothing besides."""
    invalid = ServerError("server_address_invalid", address=text[:200])
    if len(text) > _LONGEST_URL or not text.isprintable():
        raise invalid
    try:
        url = URL(text.strip())
        is_complete = url.scheme in {"http", "https"} and bool(url.host) and bool(url.port)
    except ValueError as error:
        raise invalid from error
    if not is_complete or url.user or url.password or url.query_string or url.fragment:
        raise invalid
    return url


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this very computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _parse_fingerprint(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text.replace(":", "").strip())
    except ValueError:
        digest = b""
    if len(digest) != FINGERPRINT_BYTES:
        raise ServerError("server_fingerprint_invalid", fingerprint=text[:200])
    return digest


def client_session(
    address: ServerAddress, ledger: Ledger | None = None, *, connections: int = _CONNECTIONS
) -> aiohttp.ClientSession:
    """Return a session for talking with one server; call it where an event loop runs.

    Whatever its connections carry is entered in the ledger. There are at most so many at once.

    It goes through the proxy that the system names (never for this computer itself), keeps no
    cookies, and negotiates no compression. Connecting takes at most 10 s, and 60 s without a byte
    end a request; a WebSocket has its own heartbeat.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            ssl=address.ssl(),
            limit=connections,
            enable_cleanup_closed=_WAITS_FOR_GOODBYE,
            socket_factory=None if ledger is None else socket_factory(ledger),
        ),
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=_CONNECT_SECONDS, sock_read=_READ_SECONDS
        ),
        headers={"Accept-Encoding": "identity", **VERSION_HEADERS},
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=not address.is_loopback,
    )


def connection_error(address: ServerAddress, error: Exception) -> ServerError:
    """Say in our terms why aiohttp could not talk with a server.

    Args:
        address: whom we wanted to talk with.
        error: what aiohttp or asyncio raised.
    """
    return ServerError(_code(error), address=address.url, detail=f"{type(error).__name__}: {error}")


def _code(error: Exception) -> str:
    """Name the sentence; the more special classes of aiohttp come first."""
    match error:
        case aiohttp.ServerFingerprintMismatch():
            return "server_certificate_changed"
        case aiohttp.ClientConnectorCertificateError():
            return "server_certificate_untrusted"
        case aiohttp.ClientConnectorSSLError():
            return _tls_code(error)
        case aiohttp.ClientConnectorDNSError():
            return "server_name_unknown"
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return "server_proxy_failed"
        case TimeoutError():
            return "server_timeout"
        case aiohttp.ClientConnectorError():
            return "server_unreachable"
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError() | OSError():
            return "server_connection_lost"
        case _:
            return "server_answer_strange"


def _tls_code(error: aiohttp.ClientConnectorSSLError) -> str:
    reason = getattr(error.os_error, "reason", None)
    return "server_speaks_plain_http" if reason in _NOT_TLS else "server_tls_failed"
