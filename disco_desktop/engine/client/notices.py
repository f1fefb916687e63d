"""Notices: what a client has to say while a trainer trains or waits."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias

from disco_desktop.engine.events import (
    ParticipantsChanged,
    ProblemArose,
    ProblemOver,
    RosterChanged,
    Status,
    StatusChanged,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.engine.events import Attendee

Notice: TypeAlias = StatusChanged | ParticipantsChanged | RosterChanged | ProblemArose | ProblemOver

LARGEST_QUEUE = 64


class Notices:
    """A bounded queue of what changed, read by the stream of events.

    A status is entered when it differs from the one before. Where nobody reads, the oldest go; but
    of who takes part, which is told by what has changed, nothing is lost.
    """

    def __init__(self) -> None:
        self._queue: deque[Notice] = deque(maxlen=LARGEST_QUEUE)
        self._arrived = asyncio.Event()
        self._status: Status | None = None
        self.participants = 0
        self.minimum = 0
        self._attendees: Mapping[str, Attendee] = {}
        self._told: dict[str, Attendee] = {}
        self._problems: set[str] = set()
        self._has_roster = False

    def set_status(self, status: Status) -> None:
        """Enter a status, unless it is the present one."""
        if status != self._status:
            self._status = status
            self._enter(StatusChanged(status=status))

    def set_participants(self, participants: int, minimum: int) -> None:
        """Enter how many take part, unless it is known."""
        if (participants, minimum) != (self.participants, self.minimum):
            self.participants, self.minimum = participants, minimum
            self._enter(ParticipantsChanged(participants=participants, minimum=minimum))

    def set_attendees(self, attendees: Mapping[str, Attendee]) -> None:
        """Enter who takes part; the mapping may change until the next time."""
        self._attendees = attendees
        self._has_roster = True
        self._arrived.set()

    def report(self, error: DiscoError) -> None:
        """Enter a problem that does not end the training, unless it is told already."""
        if error.code not in self._problems:
            self._problems.add(error.code)
            self._enter(ProblemArose(code=error.code, arguments=error.arguments))

    def report_over(self, code: str) -> None:
        """Enter that what failed works again, where that was told."""
        if code in self._problems:
            self._problems.remove(code)
            self._enter(ProblemOver(code=code))

    def _enter(self, notice: Notice) -> None:
        self._queue.append(notice)
        self._arrived.set()

    def take(self) -> Notice | None:
        """Return the oldest notice, if there is one."""
        if not self._arrived.is_set():  # asked before every batch, and mostly so
            return None
        notice = self._queue.popleft() if self._queue else self._roster()
        if not self._queue and not self._has_roster:
            self._arrived.clear()
        return notice

    def _roster(self) -> RosterChanged | None:
        """Return how those who take part differ from what was told last, if they do."""
        self._has_roster = False
        before, now = self._told, dict(self._attendees)
        self._told = now
        present = tuple(one for node, one in now.items() if before.get(node) != one)
        gone = tuple(node for node in before if node not in now)
        return RosterChanged(present=present, gone=gone) if present or gone else None

    async def take_until(self, work: asyncio.Future[Any]) -> Notice | None:
        """Return the next notice, or nothing once `work` is done and all notices are taken."""
        while (notice := self.take()) is None and not work.done():
            arrival = asyncio.ensure_future(self._arrived.wait())
            try:
                await _first(arrival, work)
            finally:
                arrival.cancel()
        return notice


async def _first(*pending: Awaitable[object]) -> None:
    await asyncio.wait(
        [asyncio.ensure_future(awaitable) for awaitable in pending],
        return_when=asyncio.FIRST_COMPLETED,
    )
