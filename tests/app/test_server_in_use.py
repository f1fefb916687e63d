"""The server that the application works with: real ones, on real ports."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.library.settings import ServerChoice
from disco_desktop.app.server import in_use as server_in_use
from disco_desktop.app.server.api import fetch_summaries
from disco_desktop.app.server.in_use import ServerInUse
from tests.own_processes import own_processes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A free port in place of the usual one, which a program of this machine may have."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    monkeypatch.setattr(server_in_use, "USUAL_PORT", free)
    return free


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerInUse]:
    made = ServerInUse(tmp_path / "server")
    yield made
    await made.close()


async def until(server: ServerInUse, *states: str) -> None:
    arrived = asyncio.Event()
    end = server.observe(lambda: server.state in states and arrived.set())
    if server.state not in states:
        async with asyncio.timeout(60):
            await arrived.wait()
    end()


async def test_the_one_here_is_at_the_usual_port_and_ends_when_another_is_used(
    server: ServerInUse, port: int
) -> None:
    states = []
    server.observe(lambda: states.append(server.state))
    await server.use(None)
    assert (server.state, server.address, server.is_here) == ("starting", None, True)
    await until(server, "ready", "failed")
    assert server.address.url == f"http://127.0.0.1:{port}"
    assert "titanic" in {summary.id for summary in await fetch_summaries(server.address)}
    children = own_processes()
    choice = ServerChoice("https://disco.example:8443", "ab" * 32)
    await server.use(choice)
    assert not any(child.is_running() for child in children)
    assert (server.address.url, server.address.fingerprint) == (choice.url, choice.fingerprint)
    assert not server.is_here
    assert states == ["starting", "ready", "ready"]
    await server.close()
    assert (server.state, server.address) == ("off", None)


async def test_where_the_usual_port_is_taken_it_takes_another(
    server: ServerInUse, port: int
) -> None:
    with socket.create_server(("127.0.0.1", port)):
        await server.use(None)
        await until(server, "ready", "failed")
        assert server.address.url != f"http://127.0.0.1:{port}"
        assert await fetch_summaries(server.address)


@pytest.mark.usefixtures("port")
async def test_one_that_cannot_start_says_why_and_is_tried_again(
    server: ServerInUse, tmp_path: Path
) -> None:
    (tmp_path / "server").write_text("a file where the folder should be")
    await server.use(None)
    await until(server, "ready", "failed")
    assert (server.state, server.address) == ("failed", None)
    assert server.error is not None
    (tmp_path / "server").unlink()
    await server.try_again()
    assert server.error is None
    await until(server, "ready", "failed")
    assert server.state == "ready"


async def test_an_address_that_is_none_is_refused_and_not_tried_again(server: ServerInUse) -> None:
    await server.use(ServerChoice("http://disco.example"))
    assert (server.state, server.address) == ("failed", None)
    assert server.error.code == "server_address_plain"
    await server.try_again()
    assert (server.state, server.is_here) == ("failed", False)


@pytest.mark.usefixtures("port")
async def test_closing_while_it_starts_leaves_no_process(server: ServerInUse) -> None:
    await server.use(None)
    async with asyncio.timeout(60):
        while not own_processes():  # noqa: ASYNC110 - it has no event of its own
            await asyncio.sleep(0)
    await server.close()
    assert own_processes() == []
    assert server.state == "off"
