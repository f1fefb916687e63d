"""What the status page and the metrics show, apart from how the rooms work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Scheme


@dataclass(frozen=True, kw_only=True)
class RoomView:
    """One room at one moment.

    Attributes:
        task_id: the task's id.
        title: the task's title, as its creator wrote it.
        scheme: how participants exchange what they have learnt.
        session: which session of the task it is.
        round: rounds that are done.
        rounds: rounds in all.
        participants: how many take part now.
        minimum: how many a round needs.
        status: a few words on what the room does or waits for.
        last_round_seconds: how long the last round took, if there was one.
    """

    task_id: str
    title: str
    scheme: Scheme
    session: str
    round: int
    rounds: int
    participants: int
    minimum: int
    status: str
    last_round_seconds: float | None = None
