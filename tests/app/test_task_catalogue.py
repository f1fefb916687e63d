"""The tasks of the server in use, as they are asked for and kept."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from disco_desktop.app.library.settings import ServerChoice
from disco_desktop.app.server.in_use import ServerInUse, TaskCatalogue
from disco_desktop.engine.errors import DiscoError
from tests.server.running_server import running_server, task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerInUse]:
    made = ServerInUse(tmp_path / "unused")
    yield made
    await made.close()


@pytest.fixture
def catalogue(server: ServerInUse) -> TaskCatalogue:
    return TaskCatalogue(server)


@pytest.fixture
def nobody() -> ServerChoice:
    """The address of a server that is not there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return ServerChoice(f"http://127.0.0.1:{probe.getsockname()[1]}")


async def test_a_task_is_fetched_once_and_again_when_it_has_changed(
    tmp_path: Path, server: ServerInUse, catalogue: TaskCatalogue
) -> None:
    assert catalogue.known_task("titanic") is None
    async with running_server(tmp_path, initial=weights_of([0.0])) as running:
        await server.use(ServerChoice(running.url))
        await catalogue.refresh()
        assert (catalogue.state, [one.id for one in catalogue.summaries]) == ("loaded", ["titanic"])
        task = await catalogue.task("titanic")
        assert task == running.task
        assert await catalogue.task("titanic") is task
        assert catalogue.known_task("titanic") is task
        with pytest.raises(DiscoError) as raised:
            await catalogue.task("unknown")
        assert raised.value.code == "task_not_on_server"
        assert catalogue.summary("unknown") is None
    display = replace(task.display, title="Another title")
    other = replace(task_with(), display=display)
    async with running_server(tmp_path / "other", initial=weights_of([0.0]), task=other) as running:
        await server.use(ServerChoice(running.url))
        await catalogue.refresh()
        assert catalogue.summary("titanic").title == "Another title"
        assert (await catalogue.task("titanic")).display == display


async def test_where_nobody_answers_the_last_answer_stays(
    tmp_path: Path, server: ServerInUse, catalogue: TaskCatalogue, nobody: ServerChoice
) -> None:
    async with running_server(tmp_path, initial=weights_of([0.0])) as running:
        await server.use(ServerChoice(running.url))
        await catalogue.refresh()
    await catalogue.refresh()
    assert (catalogue.state, catalogue.error.code) == ("unreachable", "server_unreachable")
    assert [one.id for one in catalogue.summaries] == ["titanic"]
    await server.use(nobody)
    with pytest.raises(DiscoError) as raised:
        await catalogue.wait_until_loaded()
    assert raised.value.code == "server_unreachable"


async def test_one_waits_for_the_first_answer(
    tmp_path: Path, server: ServerInUse, catalogue: TaskCatalogue
) -> None:
    await catalogue.refresh()  # there is no server yet
    assert catalogue.state == "loading"
    with pytest.raises(DiscoError) as raised:
        await catalogue.task("titanic")
    assert raised.value.code == "server_starting"
    waiting = asyncio.create_task(catalogue.wait_until_loaded())
    await asyncio.sleep(0)
    assert not waiting.done()
    async with running_server(tmp_path, initial=weights_of([0.0])) as running:
        await server.use(ServerChoice(running.url))
        await catalogue.refresh()
    await waiting
    assert catalogue.summary("titanic") is not None


async def test_who_asks_meanwhile_asks_nobody(
    tmp_path: Path, server: ServerInUse, catalogue: TaskCatalogue
) -> None:
    told = []
    catalogue.observe(lambda: told.append(catalogue.state))
    async with running_server(tmp_path, initial=weights_of([0.0])) as running:
        await server.use(ServerChoice(running.url))
        await asyncio.gather(*(catalogue.refresh() for _ in range(5)))
    assert told == ["loaded"]


async def test_a_server_that_failed_leaves_nothing_to_wait_for(
    server: ServerInUse, catalogue: TaskCatalogue
) -> None:
    await server.use(ServerChoice("http://disco.example"))
    await catalogue.refresh()
    assert (catalogue.state, catalogue.error) == ("unreachable", server.error)
    with pytest.raises(DiscoError) as raised:
        await catalogue.task("titanic")
    assert raised.value is server.error
