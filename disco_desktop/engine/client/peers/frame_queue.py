"""Frames that came and that nobody has taken yet: bounded, so that who sends too fast waits."""

from __future__ import annotations

import asyncio
from collections import deque

from disco_desktop.engine.client.peers.transport import LARGEST_FRAME, LinkLostError

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
