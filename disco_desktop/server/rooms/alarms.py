"""The times that a room waits for, by name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


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
