from __future__ import annotations

import asyncio

import pytest

from disco_desktop.engine.client.peers.memory_transport import MemoryNetwork, MemoryTransport
from disco_desktop.engine.client.peers.transport import LARGEST_FRAME, LinkLimits, LinkLostError
from tests.engine.client.peers.conftest import low_and_high


@pytest.fixture
async def network():
    return MemoryNetwork()


@pytest.fixture
async def pair(network):
    one, other = (
        MemoryTransport(member, network, limits=LinkLimits(connect=0.2))
        for member in low_and_high()
    )
    cards = await one.start(), await other.start()
    yield (one, cards[0]), (other, cards[1])
    await one.close()
    await other.close()


@pytest.fixture
async def links(pair):
    (one, card), (other, other_card) = pair
    return await asyncio.gather(one.connect(other_card), other.connect(card))


async def test_frames_go_both_ways_in_order(links):
    near, far = links
    for size in (0, 1, LARGEST_FRAME):
        await near.send(bytes(size))
        assert await far.receive() == bytes(size)
        await far.send(bytes(size))
        assert await near.receive() == bytes(size)


async def test_who_does_not_read_holds_up_the_sender(links):
    near, far = links
    taken = []

    async def say() -> None:
        while True:
            await near.send(bytes(1 << 20))
            taken.append(near)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(say(), 0.2)
    assert len(taken) < 5
    for _ in taken:
        await far.receive()
    await near.send(b"on")


async def test_a_cut_ends_both_ends_and_lasts_until_it_is_mended(network, pair, links):
    (one, card), (other, other_card) = pair
    near, far = links
    waits = [asyncio.create_task(link.receive()) for link in links]
    await asyncio.sleep(0)
    network.cut(near.peer, far.peer)
    for wait in waits:
        with pytest.raises(LinkLostError):
            await wait
    with pytest.raises(LinkLostError):
        await near.send(b"")
    with pytest.raises(LinkLostError):
        await one.connect(other_card)
    network.mend(near.peer, far.peer)
    near, far = await asyncio.gather(one.connect(other_card), other.connect(card))
    await near.send(b"again")
    assert await far.receive() == b"again"


async def test_what_is_held_back_comes_later_in_order(network, links):
    near, far = links
    network.hold(near.peer, far.peer)
    await near.send(b"1")
    await near.send(b"2")
    waiting = asyncio.create_task(far.receive())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await asyncio.shield(waiting)
    network.let_flow(near.peer, far.peer)
    assert await waiting == b"1"
    assert await far.receive() == b"2"


async def test_closing_ends_a_wait_though_frames_are_held_back(network, links):
    near, far = links
    network.hold(near.peer, far.peer)
    waiting = asyncio.create_task(far.receive())
    await asyncio.sleep(0)
    await near.close()
    with pytest.raises(LinkLostError):
        await waiting


async def test_what_was_sent_before_the_end_arrives(links):
    near, far = links
    await near.send(b"last")
    await near.close()
    assert await far.receive() == b"last"
    with pytest.raises(LinkLostError):
        await far.receive()


async def test_a_peer_that_does_not_call_is_given_up(pair):
    (one, _), (_, other_card) = pair
    with pytest.raises(LinkLostError, match="does not call"):
        await one.connect(other_card)


async def test_a_cancelled_call_is_forgotten(pair):
    (one, card), (other, other_card) = pair
    call = asyncio.create_task(one.connect(other_card))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.wait([call])
    near, far = await asyncio.gather(one.connect(other_card), other.connect(card))
    await far.send(b"met")
    assert await near.receive() == b"met"
