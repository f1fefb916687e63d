"""Those who are too slow, or silent: cut off in time, while the round goes on."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from disco_desktop.engine.messages import Announcement
from disco_desktop.engine.weights.pieces import PIECE, digest_pieces
from disco_desktop.server.config import Limits
from tests.faults.bystanders import bystanders, update
from tests.faults.raw_socket import RawControl, RawSocket

STEP = 0.05  # seconds between two bytes: faster than one a second, and still far too slow


async def trickle(raw, content):
    """Send a byte at a time until the other side has enough of it; return what it said."""
    ended = asyncio.create_task(raw.ended())
    for byte in content:
        if (await asyncio.wait([ended], timeout=STEP))[0]:
            return ended.result()
        await raw.send(bytes([byte]))
    raise AssertionError("all of it was taken")


@pytest.mark.parametrize("beginning", [b"GET /", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "])
async def test_headers_that_trickle_in_are_cut_off(hasty_server, beginning):
    async with bystanders(hasty_server), await RawSocket.open(hasty_server.port) as raw:
        await raw.send(beginning)
        assert await trickle(raw, b"a" * 400) == b""


async def test_a_control_connection_without_a_hello_is_closed(hasty_server):
    async with bystanders(hasty_server), await RawControl.upgraded(hasty_server) as raw:
        assert await raw.close_code() == 1000
        await raw.ended()


def contribution(welcome, *, method="POST", suffix="", length):
    return (
        f"{method} /tasks/hurried/sessions/{welcome.session}/contributions{suffix} HTTP/1.1\r\n"
        f"Host: localhost\r\nAuthorization: Bearer {welcome.token}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("pieces", [0, 1])
async def test_an_update_that_trickles_in_is_cut_off(hasty_server, pieces):
    """The round that waited for it goes on at its deadline, without it."""
    content = update(7).data.cast("B")
    async with bystanders(hasty_server):
        control, welcome = await RawControl.joined(hasty_server)
        async with control, control.answering(), await RawSocket.open(hasty_server.port) as raw:
            announcement = msgspec.msgpack.encode(
                Announcement(
                    base_round=welcome.round,
                    samples=1,
                    size=len(content),
                    piece_digests=digest_pieces(content),
                )
            )
            await raw.send(contribution(welcome, length=len(announcement)) + announcement)
            assert await raw.status() == 200
            await raw.read_until(b"counts_in\xc0")
            suffix = f"/{welcome.round}?offset=0"
            await raw.send(
                contribution(welcome, method="PUT", suffix=suffix, length=len(content))
                + content[: pieces * PIECE]
            )
            said = await trickle(raw, content[pieces * PIECE :][:400])
            assert b" 408 " in said
            assert b"request_too_slow" in said


async def test_an_announcement_that_trickles_in_is_cut_off(hasty_server):
    async with bystanders(hasty_server):
        control, welcome = await RawControl.joined(hasty_server)
        async with control, control.answering(), await RawSocket.open(hasty_server.port) as raw:
            await raw.send(contribution(welcome, length=1_000))
            assert b" 408 " in await trickle(raw, bytes(400))


async def test_a_half_open_connection_is_noticed(hasty_server):
    """It takes what is sent, as a dead machine's neighbour does, and answers nothing."""
    limits = Limits()  # asked after one heartbeat, given up half of one later
    assert 1.5 * limits.heartbeat_seconds + limits.reconnect_seconds < 60
    async with bystanders(hasty_server) as (first, _):
        raw, welcome = await RawControl.joined(hasty_server)
        async with raw:
            assert first.client.notices.minimum == welcome.minimum
            await raw.ended()


async def test_a_model_that_nobody_fetches_is_not_sent_for_ever(hasty_server):
    """A download of which nothing is read ends, and with it what it holds."""
    async with bystanders(hasty_server, lines=None) as (first, _):
        raw, welcome = await RawControl.joined(hasty_server)
        async with raw, await RawSocket.open(hasty_server.port, receive_buffer=4_096) as slow:
            request = f"GET /models/{welcome.model.digest} HTTP/1.1\r\nHost: localhost\r\n\r\n"
            await slow.send(request.encode())
            before = await hasty_server.metric("disco_open_connections")
            async with asyncio.timeout(30):
                while await hasty_server.metric("disco_open_connections") >= before:
                    pass
        assert first.client.notices.minimum == 2
