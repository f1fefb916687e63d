"""Federated averaging of updates (McMahan et al., 2017), with damping of late ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from disco_desktop.engine.aggregator.aggregator import Aggregator, Contribution
from disco_desktop.engine.aggregator.fixed_point import FixedPointSum

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Collaboration
    from disco_desktop.engine.weights.weights import Weights

# Nobody's samples outweigh a million: neither a slip nor a boast takes the model over.
LARGEST_WEIGHT = 1 << 20


class MeanAggregator(Aggregator):
    """current + sum(n s update) / sum(n), with s = 1 / sqrt(1 + staleness).

    n is the number of samples, or one where the task weighs all alike. A late update is shrunk by
    s (FedBuff, Nguyen et al., 2022) but keeps its weight: dividing by sum(n s) would undo it.
    The sum is taken in fixed point, so the order of arrival does not change a bit of the model.
    """

    def __init__(self, collaboration: Collaboration, weights: Weights, *, round: int = 0) -> None:  # noqa: A002
        super().__init__(collaboration, weights, round=round)
        self._sum: FixedPointSum | None = None  # made when needed: idle rooms cost no memory

    def _check(self, contribution: Contribution, *, staleness: int) -> None:
        FixedPointSum.check(
            weight=self._weight(contribution),
            damping=_damping(staleness),
            largest=contribution.largest,
        )

    def _include(self, contribution: Contribution, *, staleness: int) -> None:
        if self._sum is None:
            self._sum = FixedPointSum(self.weights.manifest.elements)
        self._sum.add(
            contribution.blocks(),
            weight=self._weight(contribution),
            damping=_damping(staleness),
            largest=contribution.largest,
        )

    def _weight(self, contribution: Contribution) -> int:
        is_by_samples = self.collaboration.weighting == "samples"
        return min(contribution.samples, LARGEST_WEIGHT) if is_by_samples else 1

    def _combine(self) -> Weights:
        assert self._sum is not None, "aggregate() is not called on an empty buffer"  # noqa: S101
        return self._sum.apply_to(self.weights)

    def _clear(self) -> None:
        self._sum = None


def _damping(staleness: int) -> float:
    return 1 / math.sqrt(1 + staleness)
