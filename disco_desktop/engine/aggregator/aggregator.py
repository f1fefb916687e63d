"""What every aggregator does: keep a round's contributions and say when they are enough."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.task.task import AbsoluteThreshold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from disco_desktop.engine.task.task import Collaboration
    from disco_desktop.engine.weights.weights import Buffer, Weights


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """One participant's update, whole and checked.

    Attributes:
        base_round: the round of the weights that the update is the change of.
        samples: number of training samples behind it.
        largest: the largest magnitude among its values.
        blocks: opens the update's values, in order; called each time they are needed, so that
            they need not stay in memory.
    """

    participant: str
    base_round: int
    samples: int
    largest: float
    blocks: Callable[[], Iterable[Buffer]]


class Aggregator(ABC):
    """The buffer of one round: contributions come in, one model comes out.

    It knows no network and no clock: whoever owns it says who is active and when time is up.

    Attributes:
        weights: the current model.
        round: how many rounds it has behind it.
        active: the participants that a round waits for.
    """

    def __init__(self, collaboration: Collaboration, weights: Weights, *, round: int = 0) -> None:  # noqa: A002
        self.collaboration = collaboration
        self.weights = weights
        self.round = round
        self.active: frozenset[str] = frozenset()
        self._contributed: dict[tuple[str, int], int] = {}  # (participant, base) -> samples

    @property
    def contributors(self) -> frozenset[str]:
        """Everybody with a contribution in the present round."""
        return frozenset(participant for participant, _ in self._contributed)

    @property
    def minimum(self) -> int:
        """How many distinct contributors a round needs."""
        return self.collaboration.minimum_participants

    def staleness(self, base_round: int) -> int:
        """Return how many rounds late a contribution is.

        Raises:
            ContributionError: it is later than the task allows, or of a round that is yet to come.
        """
        late = self.round - base_round
        if late < 0:
            raise ContributionError("update_of_future_round", round=base_round, current=self.round)
        if late > self.collaboration.round_cutoff:
            raise ContributionError("update_too_late", round=base_round, current=self.round)
        return late

    def holds(self, participant: str, base_round: int) -> bool:
        """Tell whether this contribution is in the present round's buffer."""
        return (participant, base_round) in self._contributed

    def add(self, contribution: Contribution) -> None:
        """Count a contribution; a second time changes nothing.

        Raises:
            ContributionError: it is too late, or too large for the sum. Nothing was counted.
        """
        if self.holds(contribution.participant, contribution.base_round):
            return
        self._include(contribution, staleness=self.staleness(contribution.base_round))
        self._contributed[contribution.participant, contribution.base_round] = contribution.samples

    def is_full(self, *, is_overdue: bool = False) -> bool:
        """Tell whether the round can close.

        A contribution counts whether its sender is still there or not; a participant who is not
        active is not waited for. Never with fewer contributors than the minimum.

        Args:
            is_overdue: whether the round's deadline has passed.
        """
        contributors = self.contributors
        if not contributors or len(contributors) < self.minimum:
            return False
        if is_overdue:
            return True
        threshold = self.collaboration.threshold
        if isinstance(threshold, AbsoluteThreshold):
            return len(contributors) >= threshold.contributions
        needed = math.ceil(threshold.share * len(self.active))
        return len(contributors & self.active) >= needed

    def aggregate(self) -> Weights:
        """Return the next model; the buffer stays until `begin_round`."""
        if not self._contributed:
            raise ValueError("no contributions to aggregate")
        return self._combine()

    def begin_round(self, weights: Weights) -> None:
        """Take the next model as the current one and empty the buffer."""
        self.weights = weights
        self.round += 1
        self._contributed.clear()
        self._clear()

    @abstractmethod
    def _include(self, contribution: Contribution, *, staleness: int) -> None:
        """Take a contribution into the buffer, or raise and leave the buffer as it was."""

    @abstractmethod
    def _combine(self) -> Weights:
        """Make the next model of the current one and the buffer."""

    @abstractmethod
    def _clear(self) -> None:
        """Empty the buffer."""
