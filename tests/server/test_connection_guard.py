"""Slow, idle and many connections, over real sockets, in plain and over TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

import aiohttp
import pytest
from aiohttp import web

from disco_desktop.server.certificates import own_certificate
from disco_desktop.server.services import GUARD, METRICS

PATIENCE = 20.0  # seconds after which something that should happen has failed to
CROWDED = "connections without a known participant"


@pytest.fixture(params=["plain", "tls"])
def tls(request, tmp_path):
    """The server's side of the connection, both ways in turn."""
    if request.param == "plain":
        return None
    return own_certificate(tmp_path / "certificate", []).context


@pytest.fixture
def secured(tls):
    """The client's side."""
    if tls is None:
        return None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextlib.asynccontextmanager
async def connection(port, secured):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=secured)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def ended(reader):
    """Wait for the other side to end the connection; return what came before."""
    received = bytearray()
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(1 << 16):
                received += data
    return bytes(received)


async def get(reader, writer, path="/health"):
    """Make one request on a connection that stays open; return the status and the body."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
        [length] = [
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ]
        return int(head.split()[1]), await reader.readexactly(length)


def client(secured):
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=secured or True),
        timeout=aiohttp.ClientTimeout(total=PATIENCE),
    )


def url(port, secured, path="/health"):
    return f"{'https' if secured else 'http'}://127.0.0.1:{port}{path}"


async def test_a_request_is_answered_and_the_next_one_on_the_same_connection(serve, tls, secured):
    async with (
        serve(tls=tls) as port,
        connection(port, secured) as (reader, writer),
    ):
        for _ in range(3):
            status, body = await get(reader, writer)
            assert status == 200
            assert b'"ok"' in body


async def test_a_silent_connection_is_cut(serve, tls, secured):
    async with (
        serve(tls=tls, header_seconds=0.3) as port,
        connection(port, secured) as (reader, _),
    ):
        assert await ended(reader) == b""


async def test_headers_that_trickle_in_are_cut(serve, tls, secured):
    async with (
        serve(tls=tls, header_seconds=0.3) as port,
        connection(port, secured) as (reader, writer),
    ):
        cut = asyncio.create_task(ended(reader))
        request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 8_000
        for byte in request:  # at 20 bytes a second or more, this takes minutes
            if cut in (await asyncio.wait([cut], timeout=0.05))[0]:
                break
            writer.write(bytes([byte]))
        assert await cut == b""


async def test_headers_that_trickle_in_after_a_good_request_are_cut(serve, tls, secured):
    limits = {"header_seconds": 0.3, "idle_seconds": 1_000.0}
    async with (
        serve(tls=tls, **limits) as port,
        connection(port, secured) as (reader, writer),
    ):
        assert (await get(reader, writer))[0] == 200
        writer.write(b"GET /hea")
        assert await ended(reader) == b""


async def test_a_connection_that_rests_too_long_is_closed(serve, tls, secured):
    async with (
        serve(tls=tls, idle_seconds=0.2) as port,
        connection(port, secured) as (reader, writer),
    ):
        assert (await get(reader, writer))[0] == 200
        assert await ended(reader) == b""


async def test_an_answer_that_is_never_fetched_ends_the_connection(serve, tls, secured):
    apps = []

    async def large(request):
        return web.Response(body=bytes(32 << 20))

    def prepare(app):
        apps.append(app)
        app.router.add_get("/large", large)

    async with (
        serve(tls=tls, idle_seconds=0.3, prepare=prepare) as port,
        connection(port, secured) as (reader, writer),
    ):
        reader._transport.pause_reading()
        writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(lambda: apps[0][GUARD].cuts["idle"] == 1)
        assert apps[0][GUARD].open_connections == 0


async def test_a_request_that_lasts_too_long_is_cut(serve, tls, secured):
    async def body(request):
        await request.read()
        return web.Response()

    def prepare(app):
        app.router.add_post("/body", body)

    async with (
        serve(tls=tls, request_seconds=0.3, prepare=prepare) as port,
        connection(port, secured) as (reader, writer),
    ):
        writer.write(b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nslow")
        assert await ended(reader) == b""


async def until(holds):
    """Wait for the server, in this very loop, to come to a state."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what happens there sets no event
            await asyncio.sleep(0)


async def test_a_websocket_may_rest(serve, tls, secured):
    async def socket_route(request):
        channel = web.WebSocketResponse()
        await channel.prepare(request)
        async for message in channel:
            await channel.send_bytes(message.data)
        return channel

    def prepare(app):
        app.router.add_get("/channel", socket_route)

    limits = {"header_seconds": 0.1, "idle_seconds": 0.1, "request_seconds": 0.1}
    async with (
        serve(tls=tls, prepare=prepare, **limits) as port,
        client(secured) as session,
        session.ws_connect(url(port, secured, "/channel")) as channel,
    ):
        async with connection(port, secured) as (reader, _):
            await ended(reader)  # three times the limits later
        async with connection(port, secured) as (reader, _):
            await ended(reader)
        await channel.send_bytes(b"still here")
        assert await channel.receive_bytes() == b"still here"


async def test_500_idle_sockets_do_not_keep_a_participant_out(serve, tls, secured, expect_log):
    expect_log(CROWDED)
    apps = []
    limits = {"connections": 128, "unidentified_connections": 64}
    async with (
        serve(tls=tls, prepare=apps.append, **limits) as port,
        contextlib.AsyncExitStack() as s,
    ):
        for _ in range(500):
            idle = s.enter_context(socket.socket())
            idle.setblocking(False)
            await asyncio.get_running_loop().sock_connect(idle, ("127.0.0.1", port))
        guard = apps[0][GUARD]
        await until(lambda: guard.cuts.total() >= 436)
        assert guard.open_connections <= 64
        async with client(secured) as session, session.get(url(port, secured)) as response:
            assert response.status == 200
        assert guard.open_connections <= 64


def identifying(app):
    async def hello(request):
        request.app[GUARD].identified(request, request.query["participant"])
        return web.Response(text="welcome")

    app.router.add_get("/hello", hello)


async def test_a_participant_is_never_cut_for_others(serve, tls, secured, expect_log):
    expect_log(CROWDED)
    limits = {"connections": 8, "unidentified_connections": 4}
    async with (
        serve(tls=tls, prepare=identifying, **limits) as port,
        connection(port, secured) as (reader, writer),
        contextlib.AsyncExitStack() as strangers,
    ):
        assert (await get(reader, writer, "/hello?participant=a"))[0] == 200
        opened = [await strangers.enter_async_context(connection(port, secured)) for _ in range(20)]
        for stranger, _ in opened[:16]:
            assert await ended(stranger) == b""
        assert (await get(reader, writer))[0] == 200
        for stranger in opened[16:]:
            assert (await get(*stranger))[0] == 200


async def test_where_all_places_are_participants_a_newcomer_is_turned_away(
    serve, tls, secured, expect_log
):
    expect_log(CROWDED)
    limits = {"connections": 3, "unidentified_connections": 3}
    async with (
        serve(tls=tls, prepare=identifying, **limits) as port,
        contextlib.AsyncExitStack() as stack,
    ):
        participants = []
        for name in "abc":
            pair = await stack.enter_async_context(connection(port, secured))
            assert (await get(*pair, f"/hello?participant={name}"))[0] == 200
            participants.append(pair)
        with contextlib.suppress(ConnectionError):
            async with connection(port, secured) as (reader, _):
                assert await ended(reader) == b""
        for pair in participants:
            assert (await get(*pair))[0] == 200


async def test_one_participant_cannot_take_all_places(serve, tls, secured):
    apps = []

    def prepare(app):
        apps.append(app)
        identifying(app)

    async with (
        serve(tls=tls, prepare=prepare, participant_connections=3) as port,
        contextlib.AsyncExitStack() as stack,
    ):
        pairs = []
        for _ in range(5):
            pair = await stack.enter_async_context(connection(port, secured))
            assert (await get(*pair, "/hello?participant=a"))[0] == 200
            pairs.append(pair)
        for reader, _ in pairs[:2]:
            assert await ended(reader) == b""
        assert apps[0][GUARD].open_connections == 3
        for pair in pairs[2:]:
            assert (await get(*pair))[0] == 200


async def test_the_book_is_empty_when_everybody_has_left(serve, tls, secured):
    apps = []

    def prepare(app):
        apps.append(app)
        identifying(app)

    async with serve(tls=tls, prepare=prepare) as port:
        for name in ("a", "b"):
            async with connection(port, secured) as pair:
                await get(*pair, f"/hello?participant={name}")
            async with connection(port, secured) as pair:
                await get(*pair)
        await until(lambda: apps[0][GUARD].open_connections == 0)
        assert not apps[0][GUARD]._participants


MALFORMED = {
    "long line": b"GET /" + b"a" * 17_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "long header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 17_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 1_000 + b"\r\n",
    "length": b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "lengths": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "chunk": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
}
NOT_HTTP = {
    "tls": b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03 a handshake perhaps\r\n\r\n",
    "zeros": bytes(100),
}


async def refused(serve, tls, secured, text):
    """Send what is no good request; see it refused, and the next one answered."""
    async with serve(tls=tls) as port:
        async with connection(port, secured) as (reader, writer):
            writer.write(text)
            answer = await ended(reader)
            assert answer.split()[1] in (b"400", b"431")
        async with client(secured) as session, session.get(url(port, secured)) as response:
            assert response.status == 200


@pytest.mark.parametrize("kind", MALFORMED)
async def test_malformed_requests_are_refused_in_one_log_line(
    serve, tls, secured, kind, expect_log
):
    expect_log(r"^WARNING disco\.server\.running\.http: refused a malformed request: \w+$")
    await refused(serve, tls, secured, MALFORMED[kind])


@pytest.mark.parametrize("kind", NOT_HTTP)
async def test_what_is_not_http_at_all_is_refused(serve, tls, secured, kind):
    await refused(serve, tls, secured, NOT_HTTP[kind])


async def test_plain_http_to_a_tls_port_hurts_nobody(serve, tmp_path):
    certificate = own_certificate(tmp_path / "certificate", [])
    apps = []
    async with serve(tls=certificate.context, prepare=apps.append) as port:
        async with connection(port, None) as (reader, writer):
            writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert not (await ended(reader)).startswith(b"HTTP")
        pinned = aiohttp.Fingerprint(bytes.fromhex(certificate.fingerprint))
        async with client(pinned) as session, session.get(url(port, pinned)) as response:
            assert response.status == 200
        await until(lambda: apps[0][GUARD].open_connections == 0)


async def test_a_handshake_that_stops_is_cut(serve, tmp_path):
    certificate = own_certificate(tmp_path / "certificate", [])
    async with (
        serve(tls=certificate.context, header_seconds=0.3) as port,
        connection(port, None) as (reader, writer),
    ):
        writer.write(b"\x16\x03\x01\x02")
        assert await ended(reader) == b""


async def test_the_metrics_count_what_was_cut(serve, tls, secured):
    apps = []
    async with serve(tls=tls, header_seconds=0.2, prepare=apps.append) as port:
        async with connection(port, secured) as (reader, _):
            await ended(reader)
        async with client(secured) as session, session.get(url(port, secured, "/metrics")) as r:
            text = await r.text()
    assert 'disco_cut_connections{reason="no whole request in time"} 1.0' in text
    assert "disco_open_connections 1.0" in text
    assert apps[0][METRICS].registry.get_sample_value("disco_open_connections") == 1.0


async def test_a_rush_while_the_server_is_busy_is_not_turned_away(serve, tls, secured):
    async with serve(tls=tls, connections=1_000, unidentified_connections=1_000) as port:
        with contextlib.ExitStack() as rush:
            for _ in range(400):  # the server is in this very thread, and cannot accept now
                rush.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            async with client(secured) as session, session.get(url(port, secured)) as response:
                assert response.status == 200
