"""How long the window's event loop is held up."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

_TICK = 1  # milliseconds


class Pauses(QObject):
    """Ticks in the window's thread, and keeps the longest time between two ticks.

    Attributes:
        longest: in milliseconds, as somebody at the window sees it.
        waiting: how much of the longest the thread was ready and had no processor.
        total: of how many ticks.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._statistics = Path("/proc/thread-self/schedstat")
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self._tick)
        self.begin()

    def begin(self) -> None:
        """Forget what was, and measure from now on."""
        self.longest = self.waiting = 0.0
        self.gaps: list[float] = []
        self._last, self._waited = time.perf_counter(), self._waited_for_processor()
        self._timer.start()

    def end(self) -> None:
        """Measure no more; what holds the loop up just now still counts."""
        self._tick()
        self._timer.stop()

    def _tick(self) -> None:
        now, waited = time.perf_counter(), self._waited_for_processor()
        gap = 1000 * (now - self._last)
        self.gaps.append(gap)
        if gap > self.longest:
            self.longest, self.waiting = gap, 1000 * (waited - self._waited)
        self._last, self._waited = now, waited

    def _waited_for_processor(self) -> float:
        """Return the seconds that this thread was ready and others were running instead."""
        try:
            return int(self._statistics.read_text().split()[1]) / 1e9
        except OSError:
            return 0.0
