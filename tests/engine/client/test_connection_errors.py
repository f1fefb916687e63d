"""Why a server cannot be reached, over real sockets: what is told, and that nothing is sent."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

import aiohttp
import pytest

from disco_desktop.engine.client.address import ServerAddress, client_session, connection_error
from disco_desktop.server.certificates import own_certificate


@contextlib.asynccontextmanager
async def serving(handle, tls=None):
    """Run a server of bytes; gives its port. Nothing of it is left afterwards."""
    tasks = set()

    async def one(reader, writer):
        tasks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            await handle(reader, writer)
        writer.close()
        # Python 3.11 cannot bear a handler that ends cancelled, as one does that waits on a client
        # that never agrees to the end of TLS.
        with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
            await writer.wait_closed()

    async with await asyncio.start_server(one, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]
    if tasks:
        await asyncio.wait(tasks)


@contextlib.asynccontextmanager
async def listening(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", tls=None):
    """Run a server that answers the first bytes; gives what it received, and its port."""
    received = bytearray()

    async def handle(reader, writer):
        received.extend(await reader.read(1 << 16))
        writer.write(answer)
        while data := await reader.read(1 << 16):
            received.extend(data)

    async with serving(handle, tls) as port:
        yield received, port


async def failure(address):
    """Try to reach a server; return the error, in our terms."""
    async with client_session(address) as session:
        with pytest.raises((aiohttp.ClientError, TimeoutError)) as told:
            await session.get(address.endpoint("/health"), headers={"X-Secret": "secret"})
    error = connection_error(address, told.value)
    assert error.arguments == {"address": address.url}
    return error.code


@pytest.fixture
def certificate(tmp_path):
    return own_certificate(tmp_path, ["127.0.0.1"])


async def test_the_pinned_certificate_is_accepted(certificate):
    async with listening(tls=certificate.context) as (received, port):
        address = ServerAddress(f"https://127.0.0.1:{port}", certificate.fingerprint)
        async with client_session(address) as session, session.get(address.url) as response:
            assert response.status == 200
    assert b"GET /" in received
    assert b"gzip" not in received


async def test_another_certificate_than_the_pinned_one_gets_nothing(certificate, tmp_path):
    other = own_certificate(tmp_path / "other", [])
    async with listening(tls=other.context) as (received, port):
        address = ServerAddress(f"https://127.0.0.1:{port}", certificate.fingerprint)
        assert await failure(address) == "server_certificate_changed"
    assert not received


async def test_a_certificate_that_nobody_vouches_for_gets_nothing(certificate):
    async with listening(tls=certificate.context) as (received, port):
        address = ServerAddress(f"https://127.0.0.1:{port}")
        assert await failure(address) == "server_certificate_untrusted"
    assert not received


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n"])
async def test_a_server_that_speaks_no_tls_is_told_apart(answer):
    async with listening(answer) as (received, port):
        address = ServerAddress(f"https://127.0.0.1:{port}", "ab" * 32)
        assert await failure(address) == "server_speaks_plain_http"
    assert b"secret" not in received


async def test_plain_http_to_a_tls_port(certificate):
    async with listening(tls=certificate.context) as (received, port):
        address = ServerAddress(f"http://127.0.0.1:{port}")
        assert await failure(address) in {"server_connection_lost", "server_answer_strange"}
    assert not received


async def test_nobody_listens():
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = ServerAddress(f"http://127.0.0.1:{reserved.getsockname()[1]}")
        assert await failure(address) == "server_unreachable"


async def test_a_name_that_does_not_exist():
    assert await failure(ServerAddress("https://disco.invalid")) == "server_name_unknown"


async def test_an_answer_that_is_not_http():
    async with listening(b"220 mail.example.org ESMTP\r\n") as (_, port):
        code = await failure(ServerAddress(f"http://127.0.0.1:{port}"))
        assert code == "server_answer_strange"


async def test_a_server_that_does_not_answer():
    async with listening(b"") as (_, port):
        address = ServerAddress(f"http://127.0.0.1:{port}")
        async with client_session(address) as session:
            request = asyncio.create_task(session.get(address.endpoint("/")))
            with pytest.raises(TimeoutError) as told:
                async with asyncio.timeout(0.2):  # the client's own limit is a minute
                    await request
            code = connection_error(address, told.value).code
        assert code == "server_timeout"


async def test_a_connection_that_is_cut_in_the_middle_of_an_answer():
    async def cut(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    async with serving(cut) as port:
        address = ServerAddress(f"http://127.0.0.1:{port}")
        async with client_session(address) as session, session.get(address.url) as response:
            with pytest.raises(aiohttp.ClientError) as told:
                await response.read()
    assert connection_error(address, told.value).code == "server_connection_lost"


@contextlib.asynccontextmanager
async def proxy(status, target=0):
    """Run a proxy that leads everywhere to one port, or refuses; gives its port and its log."""
    asked = []

    async def handle(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split()[1].decode())
        writer.write(b"HTTP/1.1 %d Told\r\n\r\n" % status)
        if status == 200:
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", target)
            await asyncio.gather(copy(reader, to_writer), copy(to_reader, writer))

    async def copy(reader, writer):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                writer.write(data)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async with serving(handle) as port:
        yield port, asked


async def test_the_systems_proxy_is_used_and_the_pin_holds_through_it(monkeypatch, certificate):
    async with (
        listening(tls=certificate.context) as (received, port),
        proxy(200, port) as (proxy_port, asked),
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy_port}")
        address = ServerAddress("https://disco.invalid:8443", certificate.fingerprint)
        async with client_session(address) as session, session.get(address.url) as response:
            assert response.status == 200
        assert asked == ["disco.invalid:8443"]
        before = bytes(received)
        wrong = ServerAddress("https://disco.invalid:8443", "ab" * 32)
        assert await failure(wrong) == "server_certificate_changed"
        assert bytes(received) == before


async def test_a_proxy_that_refuses_is_named(monkeypatch):
    async with proxy(403) as (proxy_port, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy_port}")
        assert await failure(ServerAddress("https://disco.invalid")) == "server_proxy_failed"


async def test_this_computer_is_never_reached_through_a_proxy(monkeypatch):
    async with proxy(403) as (proxy_port, asked), listening() as (_, port):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy_port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        address = ServerAddress(f"http://127.0.0.1:{port}")
        async with client_session(address) as session, session.get(address.url) as response:
            assert response.status == 200
    assert asked == []
