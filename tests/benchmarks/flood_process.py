"""Some who join a task and send tiny messages at a rate, whatever the server says to them.

`python -m tests.benchmarks.flood_process URL PARTICIPANTS RATE`. Each is cut off within moments and
joins again at once; there are enough of them to keep the rate up all the same. Each line on the
standard input is answered with one: messages sent and connections made so far.

They stand for another machine: they take the processor only when nobody else wants it, and their
frames are made beforehand.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yarl import URL

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.messages import Pause, encode_message
from tests.benchmarks.models import task_for
from tests.faults.raw_socket import BINARY, RawControl, frame

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task

ATTACKERS = 4
_TICK = 0.01  # seconds
_LEAST_PRIORITY = 19
_TINY = frame(BINARY, encode_message(Pause()))


@dataclass(frozen=True)
class Target:
    """The server, as a raw connection wants it."""

    port: int
    tasks: dict[str, Task]


class Flood:
    """One that observes a task, so that no round waits for it.

    Attributes:
        sent: messages, those that the server left unread among them.
        connections: how often it joined.
    """

    def __init__(self, url: str, participants: int, rate: int) -> None:
        task = task_for(participants)
        self._target = Target(URL(url).port or 0, {task.id: task})
        self._task_id = task.id
        self._at_once = max(1, round(rate * _TICK))
        self._identity = Identity.generate()
        self.sent = 0
        self.connections = 0

    async def send(self) -> None:
        """Send until cancelled."""
        while True:
            raw, _ = await RawControl.joined(
                self._target, self._task_id, identity=self._identity, role="observer"
            )
            self.connections += 1
            async with raw:
                await self._send_on(raw)

    async def _send_on(self, raw: RawControl) -> None:
        """Send a share each tick, until the server ends the connection."""
        clock = asyncio.get_running_loop().time
        end = asyncio.create_task(raw.close_code())
        due = clock()
        while not end.done() and await raw.send(_TINY * self._at_once):
            self.sent += self._at_once
            due = max(due + _TICK, clock() - _TICK)  # what was missed is not made up for
            await asyncio.wait({end}, timeout=max(0.0, due - clock()))
        with contextlib.suppress(ConnectionError):
            await end


async def flood(url: str, participants: int, rate: int) -> None:
    """Flood until the standard input ends."""
    attackers = [Flood(url, participants, rate) for _ in range(ATTACKERS)]
    sending = [asyncio.create_task(attacker.send()) for attacker in attackers]
    while await asyncio.to_thread(sys.stdin.readline):
        for one in sending:
            if one.done():
                one.result()
        sent = sum(attacker.sent for attacker in attackers)
        print(sent, sum(attacker.connections for attacker in attackers), flush=True)
    for one in sending:
        one.cancel()
    await asyncio.gather(*sending, return_exceptions=True)


if __name__ == "__main__":
    os.nice(_LEAST_PRIORITY)
    asyncio.run(flood(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
