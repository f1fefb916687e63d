"""`disco-server --reload`, on a copy of the program that may be changed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from pathlib import Path

import psutil
import pytest

import disco_desktop
from disco_desktop.engine.client.address import ServerAddress, client_session

PATIENCE = 60.0
PROGRAM = Path(disco_desktop.__file__).parent


class Reloading:
    """The running program, and the copy of its source."""

    def __init__(self, process, package):
        self.process = process
        self.package = package

    async def line(self, stream, words):
        """Wait for a line with some words in it."""
        seen = []
        async with asyncio.timeout(PATIENCE):
            while line := (await stream.readline()).decode():
                if words in line:
                    return line
                seen.append(line)
        raise AssertionError(f"{words!r} never came: {seen}")

    async def ready(self):
        """Wait until a server listens; return its URL."""
        return (await self.line(self.process.stdout, "listening on")).split()[-1]

    async def told(self, words):
        return await self.line(self.process.stderr, words)

    def server(self):
        [server] = psutil.Process(self.process.pid).children()
        return server

    def set_version(self, version):
        (self.package / "__init__.py").write_text(f'"""Disco."""\n\n__version__ = "{version}"\n')


@pytest.fixture
async def program(tmp_path, tasks_dir):
    package = tmp_path / "program" / "disco_desktop"
    shutil.copytree(PROGRAM, package, ignore=shutil.ignore_patterns("__pycache__"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "disco_desktop.server.main", "--reload", "--port", "0"),
        *("--data-dir", str(tmp_path / "data"), "--tasks", str(tasks_dir)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    yield Reloading(process, package)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    async with asyncio.timeout(PATIENCE):
        await process.communicate()  # until the server, which holds the pipe too, has ended


async def version(url):
    address = ServerAddress(url)
    async with (
        client_session(address) as session,
        session.get(address.endpoint("/health")) as response,
    ):
        return (await response.json())["version"]


async def test_a_change_anywhere_in_the_program_starts_the_server_anew(program):
    url = await program.ready()
    program.set_version("11.0")
    assert "disco_desktop/__init__.py" in await program.told("reloading, since")
    assert await program.ready() == url
    assert await version(url) == "11.0"

    changed = program.package / "engine" / "weights" / "weights.py"
    changed.write_text(changed.read_text() + "\n# changed\n")
    assert "engine/weights/weights.py" in await program.told("reloading, since")
    assert await program.ready() == url


async def test_a_mistake_in_the_source_is_told_and_the_server_goes_on(program):
    url = await program.ready()
    before = program.server().pid
    changed = program.package / "engine" / "errors.py"
    good = changed.read_text()
    changed.write_text(f"{good}\ndef unfinished(:\n")
    told = await program.told("not reloaded")
    assert "engine/errors.py, line" in told
    assert program.server().pid == before
    await version(url)

    changed.write_text(f"{good}\n# finished\n")
    assert await program.ready() == url
    assert program.server().pid != before


async def test_a_server_that_does_not_start_waits_for_the_next_change(program):
    url = await program.ready()
    changed = program.package / "server" / "config.py"
    good = changed.read_text()
    changed.write_text(f"{good}\nimport no_such_module\n")
    await program.told("ended with code 1; waiting for the next change")
    changed.write_text(good)
    assert await program.ready() == url


async def test_a_server_that_is_killed_waits_for_the_next_change(program):
    url = await program.ready()
    program.server().kill()
    await program.told("ended with code -9; waiting for the next change")
    program.set_version("12.0")
    assert await program.ready() == url
    assert await version(url) == "12.0"


async def test_it_ends_with_its_server(program):
    await program.ready()
    server = program.server()
    program.process.terminate()
    async with asyncio.timeout(PATIENCE):
        assert await program.process.wait() == 0
    assert not server.is_running()


async def test_the_server_ends_although_the_watcher_was_killed(program):
    await program.ready()
    server = program.server()
    program.process.kill()
    async with asyncio.timeout(PATIENCE):
        await program.process.communicate()
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
