"""What every aggregator does: keep a round's contributions and say when they are enough."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.task.task import AbsoluteThreshold
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from disco_desktop.engine.task.task import Collaboration
    from disco_desktop.engine.weights.weights import Buffer, Weights

_log = logger(__name__)


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


def staleness(base_round: int, current: int, collaboration: Collaboration) -> int:
    """Return how many rounds late a contribution is.

    Raises:
        ContributionError: it is later than the task allows, or of a round that is yet to come.
    """
    late = current - base_round
    if late < 0:
        raise ContributionError("update_of_future_round", round=base_round, current=current)
    if late > collaboration.round_cutoff:
        raise ContributionError("update_too_late", round=base_round, current=current)
    return late


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

    def holds(self, participant: str, base_round: int) -> bool:
        """Tell whether this contribution is in the present round's buffer."""
        return (participant, base_round) in self._contributed

    def _staleness(self, contribution: Contribution) -> int:
        return staleness(contribution.base_round, self.round, self.collaboration)

    def check(self, contribution: Contribution) -> None:
        """Refuse a contribution that cannot count, without looking at all of its values.

        Raises:
            ContributionError: it is too late, or too large for the sum.
        """
        self._check(contribution, staleness=self._staleness(contribution))

    def add(self, contribution: Contribution) -> None:
        """Count a contribution; a second time changes nothing.

        Where reading its values fails, this aggregator is of no use any more: it can still tell
        what it holds, but not aggregate.

        Raises:
            ContributionError: it is too late, or too large for the sum. Nothing was counted.
        """
        if self.holds(contribution.participant, contribution.base_round):
            return
        self.check(contribution)
        staleness = self._staleness(contribution)
        self._include(contribution, staleness=staleness)
        self._contributed[contribution.participant, contribution.base_round] = contribution.samples
        _log.debug(
            "round %d: added %s's update of %d samples, %d rounds late",
            *(self.round + 1, contribution.participant, contribution.samples, staleness),
        )

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
        # The product of a share such as 0.07 with 100 is a little above 7.
        needed = math.ceil(threshold.share * len(self.active) - 1e-9)
        return len(contributors & self.active) >= needed

    def aggregate(self) -> Weights:
        """Return the next model; the buffer stays until `begin_round`."""
        if not self._contributed:
            raise ValueError("no contributions to aggregate")
        _log.debug("round %d: the model of %d updates", self.round + 1, len(self._contributed))
        return self._combine()

    def begin_round(self, weights: Weights) -> None:
        """Take the next model as the current one and empty the buffer."""
        self.weights = weights
        self.round += 1
        self._contributed.clear()
        self._clear()

    @abstractmethod
    def _check(self, contribution: Contribution, *, staleness: int) -> None:
        """Raise a ContributionError where `_include` would."""

    @abstractmethod
    def _include(self, contribution: Contribution, *, staleness: int) -> None:
        """Take a contribution that was checked into the buffer."""

    @abstractmethod
    def _combine(self) -> Weights:
        """Make the next model of the current one and the buffer."""

    @abstractmethod
    def _clear(self) -> None:
        """Empty the buffer."""
