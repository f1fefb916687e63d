"""Asynchronous work that a person has asked for: kept until it is done, never lost silently."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import DiscoError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

_log = logger(__name__)


class Errands:
    """Runs coroutines beside the window; what goes wrong is told to whoever shows it."""

    def __init__(self, tell: Callable[[DiscoError], None]) -> None:
        self._tell = tell
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    def run(self, errand: Coroutine[Any, Any, Any]) -> None:
        """Begin something, unless all has been given up."""
        if self._is_closed:
            errand.close()
            return
        task = asyncio.get_running_loop().create_task(self._guarded(errand))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # One that was given up before its first step would be missed by Python.
        task.add_done_callback(lambda _: errand.close())

    async def _guarded(self, errand: Coroutine[Any, Any, Any]) -> None:
        try:
            await errand
        except DiscoError as error:
            self._tell(error)
        except Exception as error:
            _log.exception("an errand failed")
            self._tell(DiscoError("program_failed", detail=f"{type(error).__name__}: {error}"))

    async def close(self) -> None:
        """Give up what is still under way, and begin nothing more."""
        self._is_closed = True
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
