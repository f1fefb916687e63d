"""Many participants who come, pause and go: `python -m tests.benchmarks.crowd_process URL NUMBER`.

It says `here` once all have come. At a line on its standard input they begin to leave and to come
back, to pause and to resume, until the next line.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from typing import TYPE_CHECKING

import aiohttp

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.control_connection import ControlConnection
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.messages import Leave, Pause, Resume

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task

_AT_ONCE = 20  # that come or go together


class Bystander:
    """Somebody who takes part and does not train."""

    def __init__(self, http: aiohttp.ClientSession, address: ServerAddress, task: Task) -> None:
        self._http, self._address, self._task = http, address, task
        self._identity = Identity.generate()
        self._connection: ControlConnection | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._is_paused = False

    async def come(self) -> None:
        """Join, and hear what is told."""
        ledger = Ledger()
        self._connection = await ControlConnection.open(
            self._http, self._address, self._task, ledger
        )
        await self._connection.shake_hands(
            self._identity, self._task, role="participant", session=None
        )
        self._hearing = asyncio.create_task(self._hear(self._connection))

    async def _hear(self, connection: ControlConnection) -> None:
        while True:
            await connection.receive()

    async def go(self) -> None:
        """Leave."""
        if self._connection is None or self._hearing is None:
            return
        await self._connection.send(Leave())
        self._hearing.cancel()
        await asyncio.gather(self._hearing, return_exceptions=True)
        await self._connection.close()
        self._connection = None
        self._is_paused = False

    async def change(self) -> None:
        """Pause, or go on."""
        if self._connection is not None:
            self._is_paused = not self._is_paused
            await self._connection.send(Pause() if self._is_paused else Resume())


async def crowd(url: str, number: int) -> None:
    """Come, and then be restless."""
    task = task_provider("titanic").get_task()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        everybody = [Bystander(http, ServerAddress(url), task) for _ in range(number)]
        groups = [everybody[first : first + _AT_ONCE] for first in range(0, number, _AT_ONCE)]
        for group in groups:
            await asyncio.gather(*(one.come() for one in group))
        print("here", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        end = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
        for leaving, changing in zip(
            itertools.cycle(groups), itertools.cycle(reversed(groups)), strict=True
        ):
            if end.done():
                break
            await asyncio.gather(*(one.go() for one in leaving))
            await asyncio.gather(*(one.change() for one in changing))
            await asyncio.gather(*(one.come() for one in leaving))
        for group in groups:
            await asyncio.gather(*(one.go() for one in group))


if __name__ == "__main__":
    asyncio.run(crowd(sys.argv[1], int(sys.argv[2])))
