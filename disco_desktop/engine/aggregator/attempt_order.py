"""Attempts only go forward: what was answered once is never answered again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ContributionError

if TYPE_CHECKING:
    from disco_desktop.engine.aggregator.attempt_context import AttemptContext


class AttemptOrder:
    """The attempts that one participant has begun, in the sessions that it is part of.

    Whoever could have it mask twice for one attempt, or for one long past, would see more than
    one sum.
    """

    def __init__(self) -> None:
        self._latest: dict[tuple[str, int], tuple[int, int]] = {}

    def begin(self, context: AttemptContext) -> None:
        """Take note of an attempt before anything is sent for it.

        Raises:
            ContributionError: it, or a later one, was begun before (`attempt_spent`).
        """
        session = (context.task_digest, context.session)
        place = (context.round, context.attempt)
        if place <= self._latest.get(session, (-1, 0)):
            raise ContributionError("attempt_spent", attempt=context.attempt)
        self._latest[session] = place
