"""A time by which something is due, moved at every step and hardly ever missed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


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
