from __future__ import annotations

import asyncio
import contextlib

import pytest

from disco_desktop.app.server.api import grouped, look_at_server, same_fingerprint
from disco_desktop.engine.errors import ServerError
from disco_desktop.server.certificates import own_certificate
from tests.server.running_server import running_server, weights_of


@contextlib.asynccontextmanager
async def listening(context=None):
    """Listen; gives the port, and all that was said to it once decrypted."""
    heard = []

    async def handle(reader, writer):
        with contextlib.suppress(ConnectionError, OSError):
            heard.append(await reader.read(100))
        writer.close()

    listener = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    async with listener:
        yield listener.sockets[0].getsockname()[1], heard


async def test_a_strangers_certificate_is_seen_and_nothing_is_sent(tmp_path):
    certificate = own_certificate(tmp_path, [])
    async with listening(certificate.context) as (port, heard):
        seen = await look_at_server(f"https://127.0.0.1:{port}/")
    assert seen.url == f"https://127.0.0.1:{port}"
    assert same_fingerprint(certificate.fingerprint, seen.fingerprint)
    assert not seen.is_vouched_for
    assert b"".join(heard) == b""


async def test_a_server_on_this_computer_needs_no_certificate(tmp_path):
    async with running_server(tmp_path, initial=weights_of([0.0])) as server:
        seen = await look_at_server(server.url)
    assert seen.fingerprint is None
    assert seen.is_vouched_for


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("not an address", "server_address_invalid"),
        ("http://example.org:8765", "server_address_plain"),
        ("https://127.0.0.1:{silent}", "server_unreachable"),
        ("https://127.0.0.1:{plain}", "server_speaks_plain_http"),
    ],
)
async def test_why_there_is_no_server(url, code):
    async with listening() as (silent, _):
        pass

    async def answer(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    plain = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with plain:
        port = plain.sockets[0].getsockname()[1]
        with pytest.raises(ServerError) as raised:
            await look_at_server(url.format(silent=silent, plain=port))
    assert raised.value.code == code


def test_fingerprints_for_people():
    digits = "0123456789abcdef" * 4
    assert grouped(digits).startswith("0123 4567 89ab cdef 0123")
    assert same_fingerprint(grouped(digits).upper(), digits)
    assert same_fingerprint(":".join(digits[at : at + 2] for at in range(0, 64, 2)), digits)
    assert not same_fingerprint(digits[:-1] + "0", digits)
    assert not same_fingerprint("", digits)
