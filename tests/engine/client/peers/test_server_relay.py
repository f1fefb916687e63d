"""The relayed way through the server as it is."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.client.peers.membership import Membership
from disco_desktop.engine.client.peers.peer_transport import PeerTransport
from disco_desktop.engine.client.peers.relayed import Relay
from disco_desktop.engine.client.peers.transport import LARGEST_FRAME, LinkLimits, LinkLostError
from disco_desktop.engine.messages import Introduction, Peers, Place
from tests.engine.client.peers.conftest import are_lost
from tests.server import raw_peer
from tests.server.running_server import running_server, task_with, weights_of


@contextlib.asynccontextmanager
async def introduced(server, limits: LinkLimits, *, url: str = ""):
    """A participant whom the server knows, its transport and its card.

    Args:
        url: by which way it reaches the relay, where not straight.
    """
    async with raw_peer.connected(server) as peer:
        await peer.enter()
        member = Membership(
            identity=peer.identity,
            task=server.task.id,
            task_digest=server.task.digest,
            session=peer.welcome.session,
        )
        relay = Relay(ServerAddress(url or server.url), lambda: peer.welcome.token)
        transport = PeerTransport(member, relay, Ledger(), limits=limits, is_relay_only=True)
        card = await transport.start()
        await peer.say(Introduction(card=card))
        try:
            yield peer, transport, card
        finally:
            await transport.close()


@pytest.fixture
async def server(tmp_path):
    task = task_with(scheme="decentralized")
    async with running_server(tmp_path, initial=weights_of([1.0, 2.0]), task=task) as running:
        yield running


@pytest.fixture
async def pair(server):
    limits = LinkLimits(retry=0.05)
    async with introduced(server, limits) as one, introduced(server, limits) as other:
        await know_each_other(one)
        yield one, other


async def know_each_other(one):
    async with asyncio.timeout(10):
        while len((await one[0].told(Peers)).peers) < 2:
            pass


async def met(one, other):
    return await asyncio.gather(one[1].connect(other[2]), other[1].connect(one[2]))


async def test_frames_of_all_sizes_pass_both_ways(pair):
    near, far = await met(*pair)
    assert near.way == far.way == "relayed"
    for size in (0, 1, 1 << 16, LARGEST_FRAME):
        await asyncio.gather(near.send(bytes(size)), far.send(bytes(size)))
        assert await near.receive() == bytes(size)
        assert await far.receive() == bytes(size)


async def test_closing_tells_the_peer_and_there_is_another_link(pair):
    for _ in range(2):
        near, far = await met(*pair)
        await near.send(b"last")
        await near.close()
        assert await far.receive() == b"last"
        with pytest.raises(LinkLostError):
            await far.receive()


async def test_a_peer_that_leaves_the_room_is_lost(pair):
    near, far = await met(*pair)
    await pair[1][0].vanish()
    for link in (near, far):
        with pytest.raises(LinkLostError):
            async with asyncio.timeout(20):
                await link.receive()


async def test_a_way_to_the_relay_that_goes_dead_is_noticed_by_both_though_nobody_hangs_up(
    server, wire
):
    limits = LinkLimits(ping=0.1, silence=0.5, retry=0.05, closing=0.2)
    await wire.start(Place("127.0.0.1", int(server.url.rsplit(":", 1)[1])))
    through = f"http://127.0.0.1:{wire.place.port}"
    async with (
        introduced(server, limits, url=through) as one,
        introduced(server, limits) as other,
    ):
        await know_each_other(one)
        near, far = await met(one, other)
        await near.send(b"before")
        assert await far.receive() == b"before"
        wire.is_cut = True
        await are_lost(near, far)
        wire.is_cut = False
        async with asyncio.timeout(20):
            near, far = await met(one, other)
        await near.send(b"after")
        assert await far.receive() == b"after"
