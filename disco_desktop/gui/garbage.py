"""Garbage collection in the window's thread alone.

Python collects cycles in whichever thread happens to need memory. A Qt object that is part of one
would be destroyed there, with its timers and children, and Qt forbids that.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_INTERVAL = 500  # milliseconds


class GarbageCollection(QObject):
    """Takes over from Python: looks now and then, and collects what is due.

    What the window begins with is left out of all collections to come, so that they stay short.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        # Not at once: the window has just begun to answer.
        QTimer.singleShot(_INTERVAL, self, self._leave_out_what_is_there)
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL)
        self._timer.timeout.connect(self.collect_what_is_due)
        self._timer.start()

    def _leave_out_what_is_there(self) -> None:
        gc.collect()
        gc.freeze()

    def collect_what_is_due(self) -> None:
        """Collect the oldest generation whose threshold is passed, and the younger ones with it."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in reversed(range(len(counts))):
            if 0 < thresholds[generation] < counts[generation]:
                gc.collect(generation)
                return
