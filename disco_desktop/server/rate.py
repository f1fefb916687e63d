"""How much somebody may ask for, and how much of it is written to the log."""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class TokenBucket:
    """Allows `burst` at once and `per_second` in the long run.

    Time is that of a monotonic clock: setting the machine's clock changes nothing.
    """

    def __init__(
        self, per_second: float, burst: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._clock = clock
        self._tokens = self._burst
        self._counted = clock()

    def take(self, cost: float = 1.0) -> bool:
        """Take some tokens if they are there, and tell whether they were."""
        self._fill()
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True

    def wait_for(self, cost: float = 1.0) -> float:
        """Return the seconds until so many tokens are there: infinity if that is never."""
        self._fill()
        if cost > self._burst:
            return float("inf")
        return max(0.0, (cost - self._tokens) / self._per_second)

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._counted) * self._per_second)
        self._counted = now


class Credit:
    """Allows so much at once, and more as what was taken proves to be of use."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._left = most

    def take(self, cost: float = 1.0) -> bool:
        """Take some of what is left, if it is enough, and tell whether it was."""
        if self._left < cost:
            return False
        self._left -= cost
        return True

    def give_back(self, cost: float) -> None:
        """Allow again what was taken."""
        self._left = min(self._most, self._left + cost)


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
