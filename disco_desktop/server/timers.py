"""Times by which something is due: one that moves at every step, and a room's by name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


class Deadline:
    """Tells when the time is up, with why that matters.

    A timer that is there already is left alone where the time moves on: it looks again when it
    rings. Making a new one for each step took a twentieth of a small round.
    """

    def __init__(self, missed: Callable[[str], None]) -> None:
        """Prepare one that calls `missed` with its reason; it must be made where a loop runs."""
        self._missed = missed
        self._loop = asyncio.get_running_loop()
        self._due: float | None = None
        self._reason = ""
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = 0.0  # not every loop's timers tell

    def set(self, seconds: float, reason: str) -> None:
        """Let the time be up in so many seconds, and no earlier."""
        self._due, self._reason = self._loop.time() + seconds, reason
        if self._timer is not None and self._rings_at > self._due:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._start(self._due)

    def lift(self) -> None:
        """Let nothing be due; it can be set again."""
        self._due = None

    def end(self) -> None:
        """Let nothing be due any more, and leave no timer."""
        self._due = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self, at: float) -> None:
        self._rings_at = at
        self._timer = self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._due is None:
            return
        if self._loop.time() < self._due:
            self._start(self._due)
        else:
            self._due = None
            self._missed(self._reason)


class Alarms:
    """Calls back when a time is up, unless it is no longer wanted. Names are the owner's."""

    def __init__(self) -> None:
        self._timers: dict[Hashable, asyncio.TimerHandle] = {}

    def __contains__(self, name: Hashable) -> bool:
        return name in self._timers

    def set(self, name: Hashable, seconds: float, ring: Callable[[], None]) -> None:
        """Call back in some seconds; an alarm of this name that is set already stays as it is."""
        if name not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers[name] = loop.call_later(seconds, self._ring, name, ring)

    def _ring(self, name: Hashable, ring: Callable[[], None]) -> None:
        del self._timers[name]
        ring()

    def stop(self, name: Hashable) -> None:
        """Call back no more. Safe where no such alarm is set."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def stop_all(self) -> None:
        """Call back about nothing any more."""
        for name in list(self._timers):
            self.stop(name)
