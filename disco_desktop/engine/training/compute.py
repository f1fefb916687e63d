"""Torch's work beside a live event loop: short pieces at once, long ones in their own thread."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_STALL = 0.005  # seconds that the event loop may have to wait for a piece of work
_REMEMBERED = 3  # pieces of a kind whose times say how long the next one takes

_Result = TypeVar("_Result")


class Compute:
    """Runs one piece of work after the other, never two at once.

    Handing a batch to a thread costs 0.1 ms, as much as a seventh of a small network's batch. So a
    piece whose kind was quick one of the last times is run where it is, and the loop gets its turn
    in between: the quickest counts, since on a busy machine any piece may have to wait for the
    processor. Both ways give the same bits: the number of threads within torch is the same.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._seconds: defaultdict[str, deque[float]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED)
        )
        self._turn = time.perf_counter()
        self._executor = ThreadPoolExecutor(
            1, "disco-training", initializer=torch.set_num_threads, initargs=(threads,)
        )
        torch.set_num_threads(threads)  # OpenMP counts for each thread that calls it

    async def run(self, kind: str, work: Callable[[], _Result]) -> _Result:
        """Run `work`, which leaves nothing half done however long it takes.

        Where the caller is cancelled meanwhile, the work is still brought to its end first.
        """
        started = time.perf_counter()
        seconds = self._seconds[kind]
        if min(seconds, default=LONGEST_STALL) < LONGEST_STALL:
            if started - self._turn >= LONGEST_STALL:
                await asyncio.sleep(0)
                started = self._turn = time.perf_counter()
            result = work()
        else:
            result = await self._run_in_thread(work)
            self._turn = time.perf_counter()
        seconds.append(time.perf_counter() - started)
        return result

    async def _run_in_thread(self, work: Callable[[], _Result]) -> _Result:
        running = asyncio.get_running_loop().run_in_executor(self._executor, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    def close(self) -> None:
        """End the thread. Nothing runs in it: `run` has come back."""
        self._executor.shutdown()
