"""Encryption that is not what was expected: nothing is sent, and it is said why."""

from __future__ import annotations

import asyncio
import contextlib

import psutil
import pytest

from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.errors import ServerError
from disco_desktop.server.certificates import own_certificate
from tests.faults.bystanders import bystanders
from tests.faults.raw_socket import RawSocket


@contextlib.asynccontextmanager
async def listening(context):
    """Listen with TLS; gives the port, and a queue of what comes once it is decrypted."""
    received = asyncio.Queue()

    async def handle(reader, writer):
        with contextlib.suppress(ConnectionError):
            received.put_nowait(await reader.read())
        writer.close()

    listener = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    async with listener:
        yield listener.sockets[0].getsockname()[1], received


def participant(server, address):
    manifest = server.client()._manifest
    return FederatedClient(server.tasks["hurried"], manifest, address, Identity.generate())


async def test_another_certificate_than_the_pinned_one_gets_nothing(tls_server, tmp_path):
    """Somebody in between has a certificate too, but it is not the server's."""
    async with (
        bystanders(tls_server, lines=0),
        listening(own_certificate(tmp_path, []).context) as (port, received),
    ):
        address = ServerAddress(f"https://127.0.0.1:{port}", tls_server.address.fingerprint)
        with pytest.raises(ServerError) as raised:
            await participant(tls_server, address).connect()
        assert raised.value.code == "server_certificate_changed"
        assert sentence(raised.value).startswith("WARNING")
        async with asyncio.timeout(30):
            assert await received.get() == b""


async def test_a_connection_with_another_certificate_is_not_kept(tls_server):
    address = ServerAddress(tls_server.address.url, "AB" * 32)
    with pytest.raises(ServerError) as raised:
        await participant(tls_server, address).connect()
    assert raised.value.code == "server_certificate_changed"
    await asyncio.sleep(0)  # a transport that is aborted closes its socket at the loop's next turn
    connections = psutil.Process().net_connections("tcp")
    assert not [one for one in connections if one.raddr and one.raddr.port == tls_server.port]


async def test_a_certificate_that_nobody_vouches_for_gets_nothing(tls_server, tmp_path):
    async with (
        bystanders(tls_server, lines=0),
        listening(own_certificate(tmp_path, []).context) as (port, received),
    ):
        with pytest.raises(ServerError) as raised:
            await participant(tls_server, ServerAddress(f"https://127.0.0.1:{port}")).connect()
        assert raised.value.code == "server_certificate_untrusted"
        assert "nothing was sent" in sentence(raised.value)
        assert received.empty()


async def test_plain_http_at_the_encrypted_port_is_refused(tls_server):
    async with bystanders(tls_server), await RawSocket.open(tls_server.port) as raw:
        await raw.send(b"GET /tasks HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"disco" not in (await raw.ended()).lower()


async def test_whoever_asks_plainly_for_an_encrypted_server_is_told(tls_server):
    async with bystanders(tls_server, lines=None):
        address = ServerAddress(f"http://127.0.0.1:{tls_server.port}")
        with pytest.raises(ServerError) as raised:
            await participant(tls_server, address).connect()
        assert raised.value.code == "server_connection_lost"
        assert "https://" in sentence(raised.value)


async def test_random_bytes_at_the_encrypted_port_are_refused(tls_server):
    async with bystanders(tls_server), await RawSocket.open(tls_server.port) as raw:
        await raw.send(b"\x16\x03\x01" + bytes(range(256)) * 300)
        await raw.ended()


async def test_a_plain_server_asked_for_encryption_is_named_so(server):
    async with bystanders(server):
        address = ServerAddress(f"https://127.0.0.1:{server.port}", "00" * 32)
        with pytest.raises(ServerError) as raised:
            await participant(server, address).connect()
        assert raised.value.code == "server_speaks_plain_http"
