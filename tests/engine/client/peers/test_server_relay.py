"""The relayed way through the server as it is."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.client.peers.limits import LinkLimits
from disco_desktop.engine.client.peers.membership import Membership
from disco_desktop.engine.client.peers.peer_transport import PeerTransport
from disco_desktop.engine.client.peers.relayed import Relay
from disco_desktop.engine.client.peers.transport import LARGEST_FRAME, LinkLostError
from disco_desktop.engine.messages import Introduction, Peers
from tests.server import raw_peer
from tests.server.running_server import running_server, task_with, weights_of


@contextlib.asynccontextmanager
async def introduced(server, limits: LinkLimits):
    """A participant whom the server knows, its transport and its card."""
    async with raw_peer.connected(server) as peer:
        await peer.enter()
        member = Membership(
            identity=peer.identity,
            task=server.task.id,
            task_digest=server.task.digest,
            session=peer.welcome.session,
        )
        relay = Relay(ServerAddress(server.url), lambda: peer.welcome.token)
        transport = PeerTransport(member, relay, Ledger(), limits=limits, is_relay_only=True)
        card = await transport.start()
        await peer.say(Introduction(card=card))
        try:
            yield peer, transport, card
        finally:
            await transport.close()


@pytest.fixture
async def pair(tmp_path):
    limits = LinkLimits(retry=0.05)
    task = task_with(scheme="decentralized")
    async with (
        running_server(tmp_path, initial=weights_of([1.0, 2.0]), task=task) as server,
        introduced(server, limits) as one,
        introduced(server, limits) as other,
    ):
        async with asyncio.timeout(10):
            while len((await one[0].told(Peers)).peers) < 2:
                pass
        yield one, other


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
