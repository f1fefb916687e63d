"""How long a training will still take: training and waiting apart, since only one is ours."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_RECENT = 0.3  # weight of the latest epoch: the estimate follows a machine that becomes slower


class TimeLeft:
    """Estimates from the epochs so far.

    Attributes:
        waited: seconds spent waiting for others so far.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._per_epoch: float | None = None
        self._left = 0
        self._since = clock()
        self.waited = 0.0

    def epoch_done(self, seconds: float, left: int) -> None:
        """Enter an epoch's training time, and how many epochs are left."""
        before = self._per_epoch
        self._per_epoch = seconds if before is None else before + _RECENT * (seconds - before)
        self._left = left
        self._since = self._clock()

    def has_waited(self, seconds: float) -> None:
        """Enter the time between the end of training and the next model."""
        self.waited += seconds
        self._since = self._clock()

    @property
    def training(self) -> float | None:
        """Seconds of training that are left, others' time not counted; unknown at first."""
        if self._per_epoch is None:
            return None
        total = self._per_epoch * self._left
        gone = min(self._clock() - self._since, self._per_epoch)
        return max(total - gone, 0.0) if self._left else 0.0
