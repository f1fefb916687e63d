"""Some who join a task and together send tiny messages at a rate, whatever the server says.

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
import time
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


class Pace:
    """How many messages all may send together; what was missed is not made up for."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._most = 2 * rate * _TICK
        self._left = 0.0
        self._at = time.monotonic()

    def take(self) -> int:
        """Return how many may be sent now, and count them as sent."""
        now = time.monotonic()
        self._left = min(self._left + self._rate * (now - self._at), self._most)
        self._at = now
        taken = int(self._left)
        self._left -= taken
        return taken


class Flood:
    """One that observes a task, so that no round waits for it.

    Attributes:
        sent: messages, those that the server left unread among them.
        connections: how often it joined.
    """

    def __init__(self, url: str, participants: int, pace: Pace) -> None:
        task = task_for(participants)
        self._target = Target(URL(url).port or 0, {task.id: task})
        self._task_id = task.id
        self._pace = pace
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
        """Send what is due each tick, until the server ends the connection."""
        end = asyncio.create_task(raw.close_code())
        while not end.done():
            count = self._pace.take()
            if not await raw.send(_TINY * count):
                break
            self.sent += count
            await asyncio.wait({end}, timeout=_TICK)
        with contextlib.suppress(ConnectionError):
            await end


async def flood(url: str, participants: int, rate: int) -> None:
    """Flood until the standard input ends."""
    pace = Pace(rate)
    attackers = [Flood(url, participants, pace) for _ in range(ATTACKERS)]
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
