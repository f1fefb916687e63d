"""A network between a participant and its server that delays, reorders and cuts."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable

LONGEST_DELAY = 0.004  # seconds
_NEXT = 1e-6  # seconds: what is due at the same time would come in any order


class _End(asyncio.Protocol):
    """One end of a connection that is passed on: what comes in goes out at the other end."""

    def __init__(self, network: UnreliableNetwork, other: _End | None) -> None:
        self._network = network
        self._other = other
        self._transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._network.ends.add(self)
        if self._other is None:
            self._network.connect(self)
        elif self._other in self._network.ends:
            self._other.meet(self)
        else:
            self.abort()  # the other end has gone meanwhile

    def meet(self, other: _End) -> None:
        """Pass on to the other end what has come, and what will come."""
        self._other = other
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self.data_received(data)

    def data_received(self, data: bytes) -> None:
        if self._other is None:
            self._waiting.append(data)
            return
        loop = asyncio.get_running_loop()
        # In order within a connection, as TCP has it; connections overtake one another.
        self._due = max(self._due + _NEXT, loop.time() + self._network.delay())
        loop.call_at(self._due, self._other.write, data)
        self._network.passed()

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def connection_lost(self, _: Exception | None) -> None:
        self._network.ends.discard(self)
        if self._other is not None:
            loop = asyncio.get_running_loop()
            loop.call_at(max(self._due + _NEXT, loop.time()), self._other.close)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class UnreliableNetwork:
    """Passes connections on to a port of this machine.

    Attributes:
        port: where it listens.
        is_down: whether it refuses connections.
    """

    def __init__(self, upstream: int, chance: random.Random, passed: Callable[[], None]) -> None:
        self.port = 0
        self.is_down = False
        self.ends: set[_End] = set()
        self.passed = passed
        self._upstream = upstream
        self._chance = chance
        self._connecting: set[asyncio.Task[None]] = set()

    def delay(self) -> float:
        return self._chance.uniform(0, LONGEST_DELAY)

    def connect(self, end: _End) -> None:
        task = asyncio.ensure_future(self._connect(end))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, end: _End) -> None:
        try:
            if self.is_down or end not in self.ends:
                raise ConnectionRefusedError
            await asyncio.get_running_loop().create_connection(
                lambda: _End(self, end), "127.0.0.1", self._upstream
            )
        except OSError:
            end.abort()

    def cut(self) -> None:
        """End all connections at once; what is on its way is lost."""
        for end in tuple(self.ends):
            end.abort()

    async def close(self) -> None:
        self.is_down = True
        self.cut()
        await asyncio.gather(*self._connecting)
        self.cut()


@contextlib.asynccontextmanager
async def unreliable_network(
    upstream: int, chance: random.Random, passed: Callable[[], None]
) -> AsyncIterator[UnreliableNetwork]:
    """Listen on a free port, and call `passed` for each chunk of bytes that is passed on."""
    network = UnreliableNetwork(upstream, chance, passed)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: _End(network, None), "127.0.0.1", 0)
    network.port = listening.sockets[0].getsockname()[1]
    try:
        yield network
    finally:
        listening.close()
        await network.close()
        await listening.wait_closed()
