from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from disco_desktop.engine.client.address import ServerAddress, client_session
from disco_desktop.engine.client.ledger import FRAMING, Ledger, Traffic
from disco_desktop.server.certificates import own_certificate

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from pathlib import Path

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"


class Carried:
    """What a relay between client and server saw pass."""

    up = 0
    down = 0


@contextlib.asynccontextmanager
async def relay(tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, Carried]]:
    """Answer on one port, through a relay on another that counts what passes; gives the latter."""
    carried = Carried()
    passing: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passing.add(asyncio.current_task())
        port = server.sockets[0].getsockname()[1]
        onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", port)

        async def pump(
            source: asyncio.StreamReader, target: asyncio.StreamWriter, way: str
        ) -> None:
            with contextlib.suppress(ConnectionError):
                while content := await source.read(4096):
                    setattr(carried, way, getattr(carried, way) + len(content))
                    target.write(content)
                    await target.drain()
            target.close()
            with contextlib.suppress(ConnectionError):
                await target.wait_closed()

        await asyncio.gather(pump(reader, onward_writer, "up"), pump(onward_reader, writer, "down"))

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    front = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    async with server, front:
        yield front.sockets[0].getsockname()[1], carried
        await asyncio.gather(*(task for task in passing if task is not None))


async def ask(address: ServerAddress, ledger: Ledger) -> bytes:
    async with client_session(address, ledger) as http, http.get(address.endpoint("/")) as answer:
        return await answer.read()


async def test_all_that_a_connection_carries_is_in_the_ledger() -> None:
    ledger = Ledger()
    async with relay() as (port, carried):
        assert await ask(ServerAddress(f"http://127.0.0.1:{port}"), ledger) == b"hello"
    assert ledger.bytes_sent == carried.up > 0
    assert ledger.bytes_received == carried.down == len(ANSWER)


async def test_encryption_is_counted_too(tmp_path: Path) -> None:
    ledger = Ledger()
    certificate = own_certificate(tmp_path, [])
    async with relay(certificate.context) as (port, carried):
        address = ServerAddress(f"https://127.0.0.1:{port}", certificate.fingerprint)
        assert await ask(address, ledger) == b"hello"
    assert ledger.bytes_sent == carried.up > 300  # a handshake, before anything is said
    assert ledger.bytes_received > len(ANSWER) + 300


def test_framing_is_what_was_carried_beyond_the_messages() -> None:
    ledger = Ledger()
    ledger.sent("update", 1_000)
    ledger.received("model", 500)
    assert FRAMING not in ledger.traffic
    ledger.carried(sent=1_080, received=540)
    assert ledger.traffic[FRAMING] == Traffic(bytes_sent=80, bytes_received=40)
    assert ledger.bytes_sent == 1_080
    assert ledger.bytes_received == 540


def test_a_message_that_is_still_on_its_way_makes_no_negative_framing() -> None:
    ledger = Ledger()
    ledger.sent("update", 1_000)
    ledger.carried(sent=400, received=7)
    assert ledger.traffic[FRAMING] == Traffic(bytes_received=7)
    assert ledger.bytes_sent == 1_000
