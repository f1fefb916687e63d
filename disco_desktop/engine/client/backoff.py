"""Waiting longer after each failure, and never all at the same moment."""

from __future__ import annotations

import asyncio
import random

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 10.0


class Backoff:
    """Pauses that double up to a limit, with jitter so that many do not come back at once."""

    def __init__(self) -> None:
        self._seconds = FIRST_SECONDS

    async def pause(self) -> None:
        """Wait for this failure's pause."""
        await asyncio.sleep(self._seconds * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
        self._seconds = min(2 * self._seconds, LONGEST_SECONDS)

    def reset(self) -> None:
        """Begin anew after a success."""
        self._seconds = FIRST_SECONDS
