from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.server.api import fetch_task
from disco_desktop.app.server.hosting import HostedServer
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.errors import DiscoError, ServerError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@contextlib.asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[ServerAddress]:
    """Something that is no server of ours: it answers whatever it is asked with the same bytes."""

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        # Python 3.11 cannot bear a handler that ends cancelled.
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    async with server:
        yield ServerAddress(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")


def http(body: bytes, *, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def refusal(address: ServerAddress, task: str = "titanic") -> DiscoError:
    with pytest.raises(DiscoError) as raised:
        await fetch_task(address, task)
    return raised.value


async def test_an_unknown_task_is_not_on_the_server(tmp_path: Path, tasks_dir: Path) -> None:
    async with HostedServer(data_dir=tmp_path / "server", tasks_dir=tasks_dir) as server:
        for name in ("titanc", "../../etc/passwd", "%2e%2e", "a" * 5_000, "über"):
            error = await refusal(server.address, name)
            assert (error.code, error.arguments["task"]) == ("task_not_on_server", name)


async def test_where_nobody_answers() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = ServerAddress(f"http://127.0.0.1:{free.getsockname()[1]}")
        error = await refusal(address)
    assert isinstance(error, ServerError)
    assert error.code == "server_unreachable"


async def test_what_answers_is_no_server_of_ours() -> None:
    async with answering(http(b"<html>", status="503 Busy")) as address:
        assert (await refusal(address)).code == "server_answer_strange"
    async with answering(http(b"<html>Welcome to the hotel's network</html>")) as address:
        assert (await refusal(address)).code == "server_answer_strange"
    async with answering(b"220 smtp.example.org ESMTP\r\n") as address:
        assert (await refusal(address)).code == "server_answer_strange"


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    async with answering(http(b" " * (8 << 20))) as address:
        assert (await refusal(address)).code == "task_too_large"
