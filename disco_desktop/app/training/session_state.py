"""The states of a session, what a person may do in each, and what else follows from them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, TypeAlias

from wakepy import Mode, keep

from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SessionState: TypeAlias = Literal[
    "idle",
    "checking data",
    "connecting",
    "waiting for participants",
    "training",
    "sharing",
    "paused",
    "meeting peers",
    "reconnecting",
    "finished",
    "stopped",
    "failed",
]
SessionAction: TypeAlias = Literal["start", "pause", "resume", "stop"]

ENDS: frozenset[SessionState] = frozenset(("finished", "stopped", "failed"))
_RUNNING: frozenset[SessionAction] = frozenset(("pause", "stop"))

ACTIONS: dict[SessionState, frozenset[SessionAction]] = {
    "idle": frozenset(("start",)),
    "checking data": frozenset(("stop",)),
    "connecting": frozenset(("stop",)),
    "waiting for participants": _RUNNING,
    "training": _RUNNING,
    "sharing": _RUNNING,
    "paused": frozenset(("resume", "stop")),
    "meeting peers": _RUNNING,
    "reconnecting": _RUNNING,
    "finished": frozenset(("start",)),
    "stopped": frozenset(("start",)),
    "failed": frozenset(("start",)),
}

# From where each state may be come to. A message that would lead elsewhere is a mistake of ours.
_AT_REST: frozenset[SessionState] = ENDS | {"idle"}
_FROM: dict[SessionState, frozenset[SessionState]] = {
    "idle": ENDS,
    "checking data": _AT_REST,
    "connecting": _AT_REST | {"checking data", "paused"},
}


def may_follow(state: SessionState, after: SessionState) -> bool:
    """Tell whether a session may come to a state from another."""
    if state == after:
        return True
    if state in _FROM:
        return after in _FROM[state]
    return after not in _AT_REST


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


_PATIENCE = 5.0  # seconds for the desktop's answer

_log = logger(__name__)


@contextlib.asynccontextmanager
async def staying_awake() -> AsyncIterator[None]:
    """Ask the system not to suspend the machine for as long as this is entered.

    A closed lid still does, and a system that has no such request does as it likes: training then
    goes on after the sleep.
    """
    loop = asyncio.get_running_loop()
    # One thread, since the request belongs to the thread that made it; and not the loop's own,
    # since the desktop may take its time to answer.
    with ThreadPoolExecutor(1, thread_name_prefix="awake") as thread:
        asking = loop.run_in_executor(thread, _ask)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asking), _PATIENCE)
        try:
            yield
        finally:
            mode = await asking
            await loop.run_in_executor(thread, mode.__exit__, None, None, None)


def _ask() -> Mode:
    mode = keep.running(on_fail="pass")
    mode.__enter__()
    _log.debug("the machine stays awake: %s", mode.active)
    return mode
