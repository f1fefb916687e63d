"""Keeping the machine from falling asleep while it trains, where the system lets us."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from wakepy import Mode, keep

from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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
