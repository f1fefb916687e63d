"""Tells the log what strangers do wrong, without letting them fill it."""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class OccasionalLog:
    """Logs a kind of incident at once and then at most once in a while, with a count of the rest.

    Kinds are words of ours and never what somebody sent, so that nobody can make them many.
    """

    def __init__(
        self,
        log: logging.Logger,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._seconds = seconds
        self._clock = clock
        self._quiet_until: dict[str, float] = {}
        self._untold: Counter[str] = Counter()

    def tell(self, kind: str, message: str, *arguments: object, level: int = logging.INFO) -> None:
        """Log an incident, or count it where one of its kind was told of a moment ago."""
        if not self.is_due(kind):
            self._log.debug(message, *arguments)
            return
        untold = self._untold.pop(kind, 0)
        suffix = f" (and {untold} more since the last such line)" if untold else ""
        self._log.log(level, f"{message}%s", *arguments, suffix)

    def is_due(self, kind: str) -> bool:
        """Tell whether an incident is to be logged, and count it where it is not."""
        now = self._clock()
        if now < self._quiet_until.get(kind, now):
            self._untold[kind] += 1
            return False
        self._quiet_until[kind] = now + self._seconds
        return True
