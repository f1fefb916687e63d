"""A link over a carrier whose other end has proved its key: it stays awake and notices its end."""

from __future__ import annotations

import asyncio
from collections import deque
from enum import IntEnum
from typing import TYPE_CHECKING

from disco_desktop.engine.client.peers.transport import (
    KIND_BYTES,
    LARGEST_CARRIED,
    LARGEST_FRAME,
    Link,
    LinkLostError,
)
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.engine.client.peers.transport import Carrier, LinkLimits, Way

_ROOM = 2 * LARGEST_FRAME  # bytes
_OVERHEAD = 256  # bytes that a frame takes, be it empty


class FrameQueue:
    """First in, first out; what came before the end can be taken after it."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._frames: deque[memoryview] = deque()
        self._held = 0
        self._ending: str | None = None
        self._changed = asyncio.Event()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more can be put in."""
        return self._ending is not None

    @property
    def is_full(self) -> bool:
        """Whether the next frame has to wait."""
        return self._held >= self._room

    async def put(self, frame: memoryview) -> None:
        """Add a frame as soon as there is room.

        Raises:
            LinkLostError: the queue has ended.
        """
        while self.is_full and self._ending is None:
            await self._change()
        if self._ending is not None:
            raise LinkLostError(self._ending)
        self._frames.append(frame)
        self._held += len(frame) + _OVERHEAD
        self._changed.set()

    async def get(self) -> memoryview:
        """Take the first frame as soon as there is one.

        Raises:
            LinkLostError: there is none, and the queue has ended.
        """
        while not self._frames:
            if self._ending is not None:
                raise LinkLostError(self._ending)
            await self._change()
        frame = self._frames.popleft()
        self._held -= len(frame) + _OVERHEAD
        self._changed.set()
        return frame

    def end(self, reason: str) -> None:
        """Let nothing more in; the first reason stays."""
        if self._ending is None:
            self._ending = reason
            self._changed.set()

    def clear(self) -> None:
        """Forget what nobody will take."""
        self._frames.clear()
        self._held = 0

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


_log = logger(__name__)


class _Kind(IntEnum):
    """The first byte of what is carried; an empty frame only says that its sender is there."""

    FRAME = 0
    CHOSEN = 1
    TAKEN = 2


class PeerLink(Link):
    """A link that reads ahead a little, pings when idle and ends when its peer is silent.

    Of several links between two peers one says `choose`; the other end hears it with
    `wait_until_chosen` and answers with `take`.

    Attributes:
        on_gone: called once, when the link has ended in whichever way and runs nothing any more.
    """

    def __init__(self, peer: str, way: Way, carrier: Carrier, limits: LinkLimits) -> None:
        super().__init__(peer, way)
        self.on_gone: Callable[[PeerLink], None] | None = None
        self._carrier = carrier
        self._limits = limits
        self._frames = FrameQueue()
        self._words: dict[_Kind, asyncio.Event] = {
            kind: asyncio.Event() for kind in (_Kind.CHOSEN, _Kind.TAKEN)
        }
        self._ended = asyncio.Event()
        self._sending = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._said = self._loop.time()
        self._reading_since: float | None = None
        self._tasks = [self._loop.create_task(self._read()), self._loop.create_task(self._keep())]
        for task in self._tasks:
            task.add_done_callback(self._stopped)

    def __repr__(self) -> str:
        return f"<PeerLink {self.way} to {self.peer}>"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more can be sent."""
        return self._ended.is_set()

    async def send(self, frame: bytes | bytearray | memoryview) -> None:
        """Send a frame; wait where the peer reads too slowly."""
        if len(frame) > LARGEST_FRAME:
            raise ValueError(f"a frame of {len(frame)} bytes; {LARGEST_FRAME} are the most")
        await self._send(bytes([_Kind.FRAME]), frame)

    async def _send(self, *parts: bytes | bytearray | memoryview) -> None:
        async with self._sending:
            if self.has_ended:
                raise LinkLostError("the link has ended")
            self._said = self._loop.time()
            try:
                await self._carrier.send(*parts)
            except LinkLostError as error:
                self._end(str(error))
                raise

    async def receive(self) -> memoryview:
        """Return the next frame."""
        return await self._frames.get()

    async def close(self) -> None:
        """Send what is left, and end the link."""
        if not self.has_ended:
            self._end("the link was closed here", is_polite=True)
            self._frames.clear()
            await self._carrier.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def abort(self) -> None:
        """End the link at once."""
        self._end("the link was given up here")

    async def wait_until_ended(self) -> None:
        """Wait until nothing more can be sent."""
        await self._ended.wait()

    async def choose(self) -> None:
        """Say that it shall be this link, and wait until the peer has taken it.

        Raises:
            LinkLostError: the link ended before.
        """
        await self._send(bytes([_Kind.CHOSEN]))
        await self._hear(_Kind.TAKEN)

    async def wait_until_chosen(self) -> None:
        """Wait for the peer to say that it shall be this link.

        Raises:
            LinkLostError: the link ended before.
        """
        await self._hear(_Kind.CHOSEN)

    async def take(self) -> None:
        """Tell the peer that its choice was heard.

        Raises:
            LinkLostError: the link ended before.
        """
        await self._send(bytes([_Kind.TAKEN]))

    async def _hear(self, kind: _Kind) -> None:
        word = self._words[kind]
        while not word.is_set():
            if self.has_ended:
                raise LinkLostError("the link ended before it was chosen")
            waits = [self._loop.create_task(event.wait()) for event in (word, self._ended)]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    async def _read(self) -> None:
        """Read ahead as far as there is room."""
        try:
            while True:
                self._reading_since = self._loop.time()
                carried = await self._carrier.receive(LARGEST_CARRIED)
                self._reading_since = None
                await self._sort(carried)
        except LinkLostError as error:
            self._end(str(error))

    async def _sort(self, carried: memoryview) -> None:
        if not carried:
            await asyncio.sleep(0)  # a flood of them must not hold up everybody else
            return
        if carried[0] == _Kind.FRAME:
            await self._frames.put(carried[KIND_BYTES:])
        elif carried[0] in self._words and len(carried) == KIND_BYTES:
            self._words[_Kind(carried[0])].set()
        else:
            raise LinkLostError("the peer said what is no word of a link")

    async def _keep(self) -> None:
        """Say something now and then, and end the link when the other side no longer does."""
        look = self._limits.ping / 2
        while True:
            await asyncio.sleep(look)
            now = self._loop.time()
            if self._silence(now) > self._limits.silence:
                self._end("the peer is silent")
                return
            if now - self._said >= look and not self._sending.locked():
                try:
                    await self._send()
                except LinkLostError:
                    return

    def _silence(self, now: float) -> float:
        """Return for how long nothing came; while we don't read, nothing can."""
        if self._reading_since is None:
            return 0.0
        return now - max(self._reading_since, self._carrier.heard)

    def _stopped(self, _: asyncio.Task[None]) -> None:
        if self.on_gone is not None and all(task.done() for task in self._tasks):
            self.on_gone(self)

    def _end(self, reason: str, *, is_polite: bool = False) -> None:
        if self.has_ended:
            return
        _log.debug("%r has ended: %s", self, reason)
        self._ended.set()
        self._frames.end(reason)
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        if not is_polite:
            self._carrier.abort()
