"""Which addresses other machines may find this one at."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from typing import TYPE_CHECKING

from yarl import URL

if TYPE_CHECKING:
    from disco_desktop.engine.client.address import ServerAddress

LOOPBACK = "127.0.0.1"
MOST_HOSTS = 8
_LOOKUP_SECONDS = 3.0

# One address of each kind of network that people use: what the system would call it from is ours
# there. The public ones are those of RFC 5737 and RFC 3849, which nobody has.
_ELSEWHERE = ("192.0.2.1", "192.168.255.254", "10.255.255.254", "172.31.255.254", "2001:db8::1")


async def own_hosts(server: ServerAddress) -> list[str]:
    """Return this machine's addresses, the one that the server sees first; at most eight.

    On this computer alone, where the server is on it, that is the loopback address.
    """
    if server.is_loopback:
        return [LOOPBACK]
    host, port = URL(server.url).host or "", URL(server.url).port or 0
    found = [_called_from(address) for address in await _look_up(host, port)]
    found += [_called_from(address) for address in _ELSEWHERE]
    found += await _look_up(socket.gethostname(), 0)
    return [host for host in dict.fromkeys(found) if host and is_reachable(host)][:MOST_HOSTS]


def is_reachable(host: str) -> bool:
    """Tell whether a text is an address that another machine could call."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return not (
        address.is_loopback
        or address.is_unspecified
        or address.is_multicast
        or str(address) == "255.255.255.255"
        or (address.version == 6 and address.is_link_local)
    )


def _called_from(address: str) -> str | None:
    """Return our address towards another; connecting a datagram socket sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((address, 9))
        host: str = probe.getsockname()[0]
        return host
    return None


async def _look_up(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:  # TimeoutError among them
        return []
    return [str(address[0]) for *_, address in found]
