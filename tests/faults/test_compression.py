"""Compression: nobody negotiates any, and nothing that comes compressed is unpacked."""

from __future__ import annotations

import base64
import os
import zlib

import psutil
import pytest
from aiohttp import web

from disco_desktop.app.server.api import fetch_summaries, fetch_task
from disco_desktop.app.words.sentences import SENTENCES
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.errors import ServerError
from tests.faults.bystanders import bystanders
from tests.faults.raw_socket import BINARY, RawControl, RawSocket, frame
from tests.faults.test_hostile_server import participant, serving

UNPACKED = 512 << 20  # bytes, of which half a megabyte travels


def deflated(size: int, *, bits: int) -> bytes:
    """So many zeros, compressed as raw deflate (negative bits) or as gzip (31)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    blocks = [packer.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join([*blocks, packer.flush()])


@pytest.fixture(scope="module")
def bomb() -> bytes:
    packed = deflated(UNPACKED, bits=31)
    assert len(packed) < 1 << 20
    return packed


async def test_the_server_declines_compressed_frames(server):
    async with bystanders(server), await RawSocket.open(server.port) as raw:
        key = base64.b64encode(os.urandom(16)).decode()
        await raw.send(
            "GET /federated/hurried HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        head = await raw.read_until(b"\r\n\r\n")
        assert b" 101 " in head
        assert b"sec-websocket-extensions" not in head.lower()
        control = RawControl(raw._socket)
        packed = deflated(32 << 20, bits=-15)
        assert len(packed) < 1 << 16
        await control.send(frame(BINARY, packed, reserved=4))
        assert await control.close_code() == 1002
        await control.ended()


async def test_an_announcement_is_taken_as_it_comes(server, bomb):
    """Unpacked it would be too much for the memory that the bystanders' check allows."""
    async with bystanders(server):
        control, welcome = await RawControl.joined(server)
        async with control, await RawSocket.open(server.port) as raw:
            await raw.send(
                f"POST /tasks/hurried/sessions/{welcome.session}/contributions HTTP/1.1\r\n"
                f"Host: localhost\r\nAuthorization: Bearer {welcome.token}\r\n"
                f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
                + bomb
            )
            assert await raw.status() == 400
            assert await raw.read_until(b"announcement_malformed")
            await control.leave()


async def test_the_server_sends_nothing_compressed(server):
    async with bystanders(server, lines=0), await RawSocket.open(server.port) as raw:
        await raw.send(
            b"GET /tasks HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n"
        )
        head = await raw.read_until(b"\r\n\r\n")
        assert b" 200 " in head
        assert b"content-encoding" not in head.lower()


@pytest.mark.parametrize("fetch", [fetch_summaries, lambda address: fetch_task(address, "titanic")])
async def test_a_servers_bomb_is_not_unpacked(bomb, fetch):
    asked = []

    async def answer(request):
        asked.append(request.headers.get("Accept-Encoding"))
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    before = psutil.Process().memory_info().rss
    async with serving(web.get("/tasks", answer), web.get("/tasks/titanic", answer)) as port:
        with pytest.raises(ServerError) as raised:
            await fetch(ServerAddress(f"http://127.0.0.1:{port}"))
    assert asked == ["identity"]
    assert raised.value.code in SENTENCES
    assert psutil.Process().memory_info().rss - before < 64 << 20


async def test_a_participant_offers_no_compressed_frames():
    offered = []

    async def answer(request):
        offered.append(request.headers.get("Sec-WebSocket-Extensions"))
        raise web.HTTPNotFound

    async with serving(web.get("/federated/titanic", answer)) as port:
        with pytest.raises(ServerError):
            await participant(port).connect()
    assert offered == [None]
