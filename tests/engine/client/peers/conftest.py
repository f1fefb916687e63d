"""Peers of one session, real sockets between them, and proof that nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import pytest

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.client.peers.membership import Membership
from disco_desktop.engine.client.peers.peer_transport import PeerTransport
from disco_desktop.engine.client.peers.relayed import Relay
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.messages import PeerCard, Place
from tests.engine.client.peers.relay_server import RelayServer, running_relay

if TYPE_CHECKING:
    from disco_desktop.engine.client.peers.transport import LinkLimits


def membership(**changes: object) -> Membership:
    """A new participant of the session that all tests are about."""
    settings = {
        "identity": Identity.generate(),
        "task": "titanic",
        "task_digest": "ab" * 32,
        "session": 3,
    }
    return Membership(**{**settings, **changes})


def low_and_high(**changes: object) -> tuple[Membership, Membership]:
    """Two participants, the chooser first."""
    pair = sorted((membership(**changes), membership(**changes)), key=lambda member: member.id)
    return pair[0], pair[1]


@dataclass
class Peer:
    """A participant whose transport runs."""

    member: Membership
    transport: PeerTransport
    ledger: Ledger
    card: PeerCard

    @property
    def id(self) -> str:
        return self.member.id


class Peers:
    """Makes participants, and joins them."""

    def __init__(self, relay: RelayServer) -> None:
        self.relay = relay
        self._made: list[Peer] = []

    async def add(
        self,
        member: Membership | None = None,
        *,
        limits: LinkLimits | None = None,
        is_relay_only: bool = False,
        port: int | None = None,
    ) -> Peer:
        member = member or membership()
        ledger = Ledger()
        transport = PeerTransport(
            member,
            Relay(self.relay.address, lambda: member.id),
            ledger,
            limits=limits,
            is_relay_only=is_relay_only,
            port=port,
        )
        peer = Peer(member, transport, ledger, await transport.start())
        self._made.append(peer)
        return peer

    async def pair(self, **options: object) -> tuple[Peer, Peer]:
        """Two participants, the chooser first, each introduced to the other."""
        first, second = low_and_high()
        pair = await self.add(first, **options), await self.add(second, **options)
        for peer in pair:
            peer.transport.introduce([other.card for other in pair])
        return pair

    async def close(self) -> None:
        await asyncio.gather(*(peer.transport.close() for peer in self._made))


async def joined(one: Peer, other: Peer):
    """Both ends of a link."""
    return await asyncio.gather(
        one.transport.connect(other.card), other.transport.connect(one.card)
    )


def open_sockets() -> int:
    return len(psutil.Process().net_connections(kind="tcp"))


@pytest.fixture
async def nothing_left():
    """Fails where a task or a socket of the test outlives it."""
    sockets = open_sockets()
    tasks = asyncio.all_tasks()
    yield
    async with asyncio.timeout(10):
        while left := asyncio.all_tasks() - tasks - {asyncio.current_task()}:
            await asyncio.wait(left)
        while open_sockets() > sockets:  # noqa: ASYNC110 - sockets tell nobody
            await asyncio.sleep(0)


@pytest.fixture
async def peers(nothing_left):
    """Participants behind one relay."""
    async with running_relay() as relay:
        made = Peers(relay)
        try:
            yield made
        finally:
            await made.close()


class Wire:
    """Forwards connections to a listener until it is told to swallow all that comes."""

    def __init__(self) -> None:
        self.place: Place
        self.is_cut = False
        self.calls = 0
        self.carried = bytearray()  # from the caller to the listener
        self._server: asyncio.Server
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task] = set()

    async def start(self, target: Place) -> None:
        async def serve(reader, writer) -> None:
            self.calls += 1
            back, forth = await asyncio.open_connection(target.host, target.port)
            self._writers += [writer, forth]
            for pump in (self._pump(reader, forth, self.carried), self._pump(back, writer)):
                self._tasks.add(asyncio.get_running_loop().create_task(pump))

        self._server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.place = Place("127.0.0.1", self._server.sockets[0].getsockname()[1])

    async def _pump(self, reader, writer, carried=None) -> None:
        with contextlib.suppress(ConnectionError):
            while content := await reader.read(1 << 16):
                if self.is_cut:
                    continue
                if carried is not None:
                    carried += content
                writer.write(content)
                await writer.drain()
        writer.close()

    async def close(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._tasks)
        await self._server.wait_closed()


@pytest.fixture
async def wire(nothing_left):
    """A way between two peers that can go dead."""
    made = Wire()
    yield made
    await made.close()


def moved(peer: Peer, place: Place, certificate: str | None = None) -> PeerCard:
    """The card of a peer, rightly signed, with another place or certificate."""
    return peer.member.card(certificate or peer.card.certificate, [place])


async def are_lost(*links):
    """Wait until the ends of a link know that it is gone."""
    for link in links:
        with pytest.raises(LinkLostError):
            async with asyncio.timeout(10):
                await link.receive()
