"""A member of a room: a participant or observer, connected or expected back."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.engine.messages import Message, Role

TOKEN_BYTES = 32


class Outbox:
    """Messages on their way to one connection, bounded: who reads too slowly is let go."""

    def __init__(self, capacity: int) -> None:
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue(capacity + 1)
        self._capacity = capacity
        self._is_closed = False

    def put(self, message: Message) -> None:
        """Send a message; where too many wait already, end the connection instead."""
        if self._is_closed:
            return
        if self._queue.qsize() < self._capacity:
            self._queue.put_nowait(message)
        else:
            self.close(is_at_once=True)

    def close(self, *, is_at_once: bool = False) -> None:
        """End the connection, after the messages that wait or before them."""
        if is_at_once:
            while not self._queue.empty():
                self._queue.get_nowait()
        elif self._is_closed:
            return
        self._is_closed = True
        self._queue.put_nowait(None)

    async def get(self) -> Message | None:
        """Return the next message, or nothing when the connection is to end."""
        return await self._queue.get()


class Member:
    """One key's presence in a room.

    Attributes:
        participant: the id that follows from its key.
        token: what its uploads carry; another one after each hello.
        outbox: where its messages go; none while it is away.
        is_paused: whether it asked not to be waited for.
    """

    def __init__(self, participant: str, role: Role, outbox: Outbox | None) -> None:
        self.participant = participant
        self.role = role
        self.outbox = outbox
        self.token = f"{participant}.{secrets.token_urlsafe(TOKEN_BYTES)}"
        self.is_paused = False

    @property
    def is_active(self) -> bool:
        """Whether a round waits for it: also for one that is expected back."""
        return self.role == "participant" and not self.is_paused

    def send(self, message: Message) -> None:
        """Send a message, where there is a connection."""
        if self.outbox is not None:
            self.outbox.put(message)
