"""Running what takes a while so that it can be interrupted and still leaves in good order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

_Result = TypeVar("_Result")


def run_interruptibly(work: Coroutine[object, object, _Result]) -> _Result:
    """Run a coroutine; Ctrl-C and a request to end cancel it, and its clean-up is waited for.

    Raises:
        KeyboardInterrupt: it was interrupted either way.
    """

    async def run() -> _Result:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one
        with contextlib.suppress(NotImplementedError):  # Windows knows no such request
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
