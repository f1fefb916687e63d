"""What a server can send in place of a peer's frames: it ends the way, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import zlib

import psutil
import pytest
from aiohttp import web

from disco_desktop.engine.client.address import ServerAddress, client_session
from disco_desktop.engine.client.peers.relayed import LARGEST_SEALED, Relay
from disco_desktop.engine.client.peers.transport import LinkLimits, LinkLostError
from tests.engine.client.peers.conftest import membership

LARGEST_GROWTH = 64 << 20  # bytes


def frame(opcode: int, payload: bytes = b"", *, first: int = 0x80, length: int = -1) -> bytes:
    """A frame of RFC 6455 as servers send it; it may announce another length than it has."""
    size = len(payload) if length < 0 else length
    if size < 126:
        return struct.pack("!BB", first | opcode, size) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", first | opcode, 126, size) + payload
    return struct.pack("!BBQ", first | opcode, 127, size) + payload


def bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(bytes(256 << 20)) + packer.flush()


@contextlib.asynccontextmanager
async def relay_that_sends(content: bytes):
    """A carrier through a relay that sends bytes of its own as soon as it is called."""
    offered, gone = [], asyncio.Event()

    async def answer(request: web.Request) -> web.WebSocketResponse:
        offered.append(request.headers.get("Sec-WebSocket-Extensions"))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        request.transport.write(content)
        await gone.wait()
        return socket

    application = web.Application()
    application.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = ServerAddress(f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        async with client_session(address) as session:
            relay = Relay(address, lambda: "token")
            carrier = await relay.call(session, membership(), "b" * 16, LinkLimits(closing=0.2))
            assert offered == [None]  # nothing compressed
            yield carrier
            await carrier.close()
            await relay.close()
    finally:
        gone.set()
        await runner.cleanup()


@pytest.mark.parametrize(
    "content",
    [
        frame(1, b"text"),
        frame(2, bytes(LARGEST_SEALED + 1)),
        frame(2, length=1 << 62),
        frame(2, b"\x63\x00\x00\x00", first=0xC0),
        frame(2, bomb(), first=0xC0),
        frame(2, b"x", first=0x90),
        frame(2, bytes(1 << 20), first=0) + frame(0, bytes(1 << 20), first=0) * 8,
        frame(8, b"\x03\xe8"),
        frame(11),
        b"\xff" * 1_000,
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
    ids=[
        "text", "one byte too large", "an endless one", "compressed", "a bomb", "a reserved bit",
        "fragments without an end", "a farewell", "an unknown kind", "noise", "http",
    ],
)  # fmt: skip
async def test_what_is_no_sealed_frame_ends_the_way(nothing_left, content: bytes) -> None:
    before = psutil.Process().memory_info().rss
    async with relay_that_sends(content) as carrier, asyncio.timeout(20):
        with pytest.raises(LinkLostError):
            await carrier.receive(LARGEST_SEALED)
    assert psutil.Process().memory_info().rss - before < LARGEST_GROWTH


async def test_a_frame_of_the_largest_size_comes_whole(nothing_left) -> None:
    content = frame(2, bytes(LARGEST_SEALED))
    async with relay_that_sends(content) as carrier, asyncio.timeout(20):
        assert len(await carrier.receive(LARGEST_SEALED)) == LARGEST_SEALED
