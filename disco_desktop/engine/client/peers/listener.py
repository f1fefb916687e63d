"""Where peers call, and under which addresses: a caller is bounded until it has proved its key."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yarl import URL

from disco_desktop.engine.client.address import CountingSocket
from disco_desktop.engine.client.peers.direct import secure
from disco_desktop.engine.client.peers.handshake import prove_as_listener
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.engine.client.address import ServerAddress
    from disco_desktop.engine.client.certificate import PeerCertificate
    from disco_desktop.engine.client.ledger import Ledger
    from disco_desktop.engine.client.peers.membership import Membership
    from disco_desktop.engine.client.peers.transport import Carrier, LinkLimits

_BACKLOG = 128
_NO_ROOM_SECONDS = 0.2  # before accepting again, where the system had no room for a connection

_log = logger(__name__)


@dataclass
class _Caller:
    """Somebody who has not proved a key."""

    connection: socket.socket
    address: str
    is_heard: bool = False


class Listener:
    """Lets in whom the server introduced.

    Args:
        membership: who we are.
        certificate: what we show.
        is_introduced: tells whether somebody with this key is let in.
        arrived: gets the key and the carrier of each who has proved its key.
    """

    def __init__(
        self,
        membership: Membership,
        certificate: PeerCertificate,
        is_introduced: Callable[[bytes], bool],
        arrived: Callable[[bytes, Carrier], None],
        ledger: Ledger,
        limits: LinkLimits,
    ) -> None:
        self._membership = membership
        self._certificate = certificate
        self._is_introduced = is_introduced
        self._arrived = arrived
        self._ledger = ledger
        self._limits = limits
        self._sockets: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._unproven: dict[asyncio.Task[None], _Caller] = {}  # oldest first

    def listen(self, host: str, port: int = 0) -> int:
        """Listen at an address of this machine as well; return the port.

        Args:
            host: the address.
            port: a certain one, or zero for any that is free.

        Raises:
            OSError: it cannot be listened at.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = CountingSocket(family, socket.SOCK_STREAM)
        try:
            listening.ledger = self._ledger
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listening.setblocking(False)
            if port and os.name == "posix":  # elsewhere others could listen there beside us
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
            listening.listen(_BACKLOG)
        except OSError:
            listening.close()
            raise
        self._sockets.append(listening)
        self._accepting.append(asyncio.get_running_loop().create_task(self._accept(listening)))
        bound: int = listening.getsockname()[1]
        return bound

    @property
    def unproven(self) -> int:
        """How many callers have not proved a key yet and are not being hung up on."""
        return sum(not task.cancelling() for task in self._unproven)

    async def close(self) -> None:
        """Listen no longer, and hang up on who has not proved a key."""
        tasks = [*self._accepting, *self._unproven]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listening in self._sockets:
            listening.close()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except OSError as error:  # too many open files, or a caller who left at once
                _log.debug("could not accept a call: %s", error)
                await asyncio.sleep(_NO_ROOM_SECONDS)
                continue
            if self.unproven >= self._limits.unproven:
                self._drop_one()
            caller = _Caller(connection, str(address[0]))
            task = loop.create_task(self._let_in(caller))
            self._unproven[task] = caller
            task.add_done_callback(self._finished)
            await asyncio.sleep(0)  # a crowd that waits must not hold up the loop

    def _drop_one(self) -> None:
        """Hang up on the oldest caller of the address that has most: hardly a peer of ours."""
        going = {task: caller for task, caller in self._unproven.items() if not task.cancelling()}
        [(crowd, _)] = Counter(caller.address for caller in going.values()).most_common(1)
        next(task for task, caller in going.items() if caller.address == crowd).cancel()

    def _finished(self, task: asyncio.Task[None]) -> None:
        caller = self._unproven.pop(task)
        if not caller.is_heard:  # cancelled before its first step
            caller.connection.close()

    async def _let_in(self, caller: _Caller) -> None:
        caller.is_heard = True
        carrier = None
        try:
            async with asyncio.timeout(self._limits.handshake):
                carrier = await secure(
                    caller.connection, self._certificate.context, self._limits, is_listener=True
                )
                key = await prove_as_listener(
                    carrier, self._membership, self._certificate.fingerprint, self._is_introduced
                )
        except (LinkLostError, OSError) as error:  # TimeoutError and those of TLS among them
            _log.debug("a caller was not let in: %s: %s", type(error).__name__, error)
            if carrier is not None:
                carrier.abort()
        except BaseException:
            if carrier is not None:
                carrier.abort()
            raise
        else:
            self._arrived(key, carrier)


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
