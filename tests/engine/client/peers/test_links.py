"""What holds for a link whichever way it takes."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import psutil
import pytest

from disco_desktop.engine.client.peers.transport import LARGEST_FRAME, LinkLimits, LinkLostError
from tests.engine.client.peers.conftest import are_lost, joined, moved

SIZES = [0, 1, 2, 255, 256, (1 << 14) - 1, 1 << 14, (1 << 16) + 1, 1 << 20, LARGEST_FRAME]


@pytest.fixture(params=["direct", "relayed"])
async def pair(request, peers):
    """Two participants who reach each other in one of the ways."""
    return await peers.pair(is_relay_only=request.param == "relayed"), request.param


async def test_frames_of_all_sizes_arrive_whole_and_in_order_both_ways_at_once(pair):
    (one, other), way = pair
    near, far = await joined(one, other)
    assert (near.way, far.way) == (way, way)
    assert (near.peer, far.peer) == (other.id, one.id)

    async def say(link, first: int) -> None:
        for size in SIZES:
            await link.send(bytes([first]) * size)

    async def hear(link) -> list[tuple[int, set[int]]]:
        frames = [await link.receive() for _ in SIZES]
        return [(len(frame), set(frame)) for frame in frames]

    _, _, here, there = await asyncio.gather(say(near, 1), say(far, 2), hear(near), hear(far))
    assert there == [(size, {1} if size else set()) for size in SIZES]
    assert here == [(size, {2} if size else set()) for size in SIZES]


async def test_what_may_be_written_to_again_after_sending_arrives_as_it_was(pair):
    (one, other), _ = pair
    near, far = await joined(one, other)
    frame = bytearray(b"a" * LARGEST_FRAME)
    await near.send(memoryview(frame))
    frame[:] = b"b" * LARGEST_FRAME
    assert set(await far.receive()) == {ord("a")}


async def test_a_larger_frame_is_not_sent_and_the_link_stays(pair):
    (one, other), _ = pair
    near, far = await joined(one, other)
    with pytest.raises(ValueError, match="most"):
        await near.send(bytes(LARGEST_FRAME + 1))
    await near.send(b"after")
    assert await far.receive() == b"after"


async def test_frames_sent_by_many_at_once_do_not_mix(pair):
    (one, other), _ = pair
    near, far = await joined(one, other)
    sends = [near.send(bytes([number]) * 100_000) for number in range(20)]
    frames, *_ = await asyncio.gather(receive(far, 20), *sends)
    assert sorted(frame[0] for frame in frames) == list(range(20))
    assert all(len(set(frame)) == 1 for frame in frames)


async def receive(link, count: int) -> list[memoryview]:
    return [await link.receive() for _ in range(count)]


async def test_200_mb_go_through_without_being_held(pair):
    (one, other), _ = pair
    near, far = await joined(one, other)
    frame = os.urandom(1 << 20)
    process = psutil.Process()
    await asyncio.gather(receive(far, 3), *(near.send(frame) for _ in range(3)))
    before = process.memory_info().rss
    most = 0

    async def say() -> None:
        for _ in range(200):
            await near.send(frame)

    async def hear() -> None:
        nonlocal most
        for _ in range(200):
            assert await far.receive() == frame
            most = max(most, process.memory_info().rss)

    await asyncio.gather(say(), hear())
    assert most - before < 64 << 20
    assert one.ledger.bytes_sent > 203 << 20
    assert other.ledger.bytes_received > 203 << 20


async def test_who_does_not_read_holds_up_the_sender_and_then_is_lost(peers):
    limits = LinkLimits(stall=0.5)
    for is_relay_only in (False, True):
        one, other = await peers.pair(limits=limits, is_relay_only=is_relay_only)
        near, far = await joined(one, other)
        assert await sent_until_lost(near) < 100
        with pytest.raises(LinkLostError):
            await near.receive()
        assert await far.receive() == bytes(1 << 20)  # what came before is still there


async def sent_until_lost(link) -> int:
    """How many pieces a link takes before it ends."""
    for sent in range(200):
        try:
            await link.send(bytes(1 << 20))
        except LinkLostError:
            return sent
    return 200


async def test_closing_tells_the_peer_after_the_last_frame(pair):
    (one, other), _ = pair
    near, far = await joined(one, other)
    await near.send(b"x" * LARGEST_FRAME)
    await asyncio.gather(near.close(), near.close())
    assert len(await far.receive()) == LARGEST_FRAME
    with pytest.raises(LinkLostError):
        await far.receive()
    with pytest.raises(LinkLostError):
        await far.send(b"")
    with pytest.raises(LinkLostError):
        await near.send(b"")
    await near.close()


async def test_closing_ends_the_waits_of_both(pair):
    (one, other), _ = pair
    near, far = await joined(one, other)
    waits = [asyncio.create_task(link.receive()) for link in (near, far)]
    await near.close()
    for wait in waits:
        with pytest.raises(LinkLostError):
            await wait


async def test_closing_a_transport_ends_its_links(pair):
    (one, other), _ = pair
    _, far = await joined(one, other)
    await one.transport.close()
    with pytest.raises(LinkLostError):
        await far.receive()
    with pytest.raises(LinkLostError):
        await one.transport.connect(other.card)


async def test_an_idle_link_stays(pair, peers):
    limits = LinkLimits(ping=0.1, silence=0.6)
    one, other = await peers.pair(limits=limits, is_relay_only=pair[1] == "relayed")
    near, far = await joined(one, other)
    before = one.ledger.bytes_sent
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await near.receive()
    await far.send(b"still here")
    assert await near.receive() == b"still here"
    assert one.ledger.bytes_sent > before  # the pings


async def test_a_dead_way_is_noticed_by_both_though_nobody_hangs_up(peers, wire):
    limits = LinkLimits(ping=0.1, silence=0.5)
    one, other = await peers.pair(limits=limits)
    [place] = other.card.places
    await wire.start(place)
    # Only the first calls, through the wire: the second does not know where it could call.
    hidden = replace_places(one)
    near, far = await asyncio.gather(
        one.transport.connect(moved(other, wire.place)), other.transport.connect(hidden)
    )
    assert near.way == far.way == "direct"
    await near.send(b"before")
    assert await far.receive() == b"before"
    wire.is_cut = True
    await are_lost(near, far)


def replace_places(peer):
    return peer.member.card(peer.card.certificate, [])


def test_the_limits_notice_a_dead_way_within_a_minute():
    limits = LinkLimits()
    assert limits.silence + limits.ping / 2 <= 60
    assert limits.ping < limits.silence / 2  # one ping may be late
    assert replace(limits, ping=1).ping == 1
