"""Requests that no client of ours makes: huge heads, and those of other people's pages."""

from __future__ import annotations

import pytest

from tests.faults.bystanders import bystanders
from tests.faults.raw_socket import RawSocket

HEADS = {
    "a header of 1 MiB": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * (1 << 20),
    "a path of 1 MiB": b"GET /" + b"a" * (1 << 20),
    "100,000 headers": b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"a: b\r\n" * 100_000,
    "a name of 1 MiB": b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"a" * (1 << 20) + b": b",
    "no host": b"GET / HTTP/1.1\r\nX: y",
    "a length that is none": b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1",
    "two lengths": b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
    b"Content-Length: 2",
    "a length and chunks": b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
    b"Transfer-Encoding: chunked",
    "a NUL": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \0",
}


async def test_huge_and_malformed_heads_are_refused(server):
    async with bystanders(server, lines=len(HEADS)):
        for kind, head in HEADS.items():
            async with await RawSocket.open(server.port) as raw, raw.sending(head + b"\r\n\r\n"):
                assert await raw.status() in {400, 403, 431}, kind
                await raw.ended()


async def test_a_head_without_an_end_is_refused(server):
    async with bystanders(server), await RawSocket.open(server.port) as raw:
        await raw.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        async with raw.sending_without_end(b"a: b\r\n" * 10_000):
            assert await raw.status() in {400, 431}


FOREIGN = {
    "another host": "Host: evil.example.org\r\n",
    "a name that ends like ours": "Host: localhost.evil.example.org\r\n",
    "another origin": "Host: localhost\r\nOrigin: https://evil.example.org\r\n",
    "no origin at all": "Host: localhost\r\nOrigin: null\r\n",
    "the origin of a file": "Host: localhost\r\nOrigin: file://\r\n",
    "two origins": "Host: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.org\r\n",
}
PLACES = {
    "GET /health": "",
    "GET /tasks/hurried/model": "",
    "POST /tasks": "Content-Length: 2\r\n",
    "POST /tasks/hurried/sessions/1/contributions": "Content-Length: 2\r\n",
    "GET /federated/hurried": "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
}


@pytest.mark.parametrize("place", PLACES)
async def test_pages_from_elsewhere_may_do_nothing(server, place):
    async with bystanders(server, lines=len(FOREIGN)):
        for kind, headers in FOREIGN.items():
            async with await RawSocket.open(server.port) as raw:
                head = f"{place} HTTP/1.1\r\n{headers}{PLACES[place]}\r\n"
                await raw.send(head.encode() + (b"{}" if "Length" in head else b""))
                assert await raw.status() == 403, kind
