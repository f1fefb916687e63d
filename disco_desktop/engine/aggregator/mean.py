"""Federated averaging of updates (McMahan et al., 2017) by an exact sum of integers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.aggregator.aggregator import Aggregator, Contribution
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from disco_desktop.engine.task.task import Collaboration
    from disco_desktop.engine.weights.weights import Buffer

# The sum counts in steps of 2^-32: finer than float32 tells weights apart that are not minute.
FRACTION_BITS = 32
_STEPS = 2.0**FRACTION_BITS
# The largest magnitude of one update's values, in steps; two such and a remainder fit in 64 bits.
_LARGEST_UPDATE = 2.0**61
_LARGEST_SUM = 2.0**62
_CARRY_BITS = 32
_CARRY = 2.0**_CARRY_BITS
_BLOCK = 1 << 16  # values: the arrays of a block stay in the processor's cache


class FixedPointSum:
    """The weighted sum of updates as integers, and the sum of their weights.

    Memory does not grow with the number of contributions. Each value is a 64-bit integer; where
    updates are so large that the sum might outgrow it, the upper bits move into a second one, so
    that nobody's update leaves no room for another's.
    """

    def __init__(self, elements: int) -> None:
        self._low = np.empty(elements, np.int64)  # filled by the first update
        self._high: NDArray[np.int64] | None = None  # in units of 2^32 steps
        self._weight = 0
        self._largest = 0.0  # bound of the magnitudes in `_low`, in steps
        self._is_whole = True
        self._scaled = np.empty(_BLOCK, np.float64)
        self._steps = np.empty(_BLOCK, np.int64)

    @staticmethod
    def check(*, weight: int, damping: float, largest: float) -> None:
        """Refuse an update that is too large to be added, whatever the sum holds.

        Raises:
            ContributionError: it is.
        """
        if not _bound(weight * damping, largest) < _LARGEST_UPDATE:
            raise ContributionError("update_too_large", detail=f"{largest} weighted by {weight}")

    def add(self, blocks: Iterable[Buffer], *, weight: int, damping: float, largest: float) -> None:
        """Add an update, weighted and damped.

        Where reading `blocks` fails half-way the sum is of no use any more, and says so when it is
        asked for.

        Args:
            blocks: the update's values, in order, in blocks of any size.
            weight: what it weighs in the mean.
            damping: a factor of at most one that shrinks it without changing its weight.
            largest: the largest magnitude among its values.

        Raises:
            ContributionError: it is too large; nothing was added.
        """
        self._check_whole()
        self.check(weight=weight, damping=damping, largest=largest)
        factor = weight * damping
        bound = _bound(factor, largest)
        if self._largest + bound >= _LARGEST_SUM:
            self._carry()
        self._is_whole = False
        is_first = not self._weight
        start = 0
        for block in blocks:
            for part in range(0, len(block), _BLOCK):
                values = block[part : part + _BLOCK]
                scaled, steps = self._scaled[: len(values)], self._steps[: len(values)]
                place = self._low[start : start + len(values)]
                np.multiply(values, factor * _STEPS, out=scaled, dtype=np.float64)
                np.rint(scaled, out=scaled)
                if is_first:
                    np.copyto(place, scaled, casting="unsafe")
                else:
                    np.copyto(steps, scaled, casting="unsafe")
                    place += steps
                start += len(values)
        if start != len(self._low):
            raise ValueError(f"an update of {start} values for a sum of {len(self._low)}")
        self._is_whole = True
        self._weight += weight
        self._largest += bound

    def _check_whole(self) -> None:
        if not self._is_whole:
            raise ValueError("an update was added by half")

    def _carry(self) -> None:
        """Move the upper bits into the second integers; what stays is below 2^32."""
        if self._high is None:
            self._high = np.zeros_like(self._low)
        for start in range(0, len(self._low), _BLOCK):
            part = slice(start, start + _BLOCK)
            carried = self._low[part] >> _CARRY_BITS
            self._high[part] += carried
            self._low[part] -= carried << _CARRY_BITS
        self._largest = _CARRY

    def apply_to(self, weights: Weights) -> Weights:
        """Return `weights` plus the weighted mean of the updates, in a buffer of their own."""
        self._check_whole()
        if self._high is not None:
            self._carry()
        result = np.empty_like(weights.buffer)
        scale = 1.0 / (self._weight * _STEPS)
        for start in range(0, len(result), _BLOCK):
            part = slice(start, start + _BLOCK)
            mean = self._scaled[: len(result[part])]
            np.copyto(mean, self._low[part])
            if self._high is not None:
                # Both terms are exact, so their sum is rounded once, just as one integer would be.
                mean += self._high[part] * _CARRY
            mean *= scale
            np.add(weights.buffer[part], mean, out=result[part], casting="same_kind")
        return Weights(weights.manifest, result)


def _bound(factor: float, largest: float) -> float:
    """Return how far an update can move a value of the sum, in steps; rounding included."""
    return largest * factor * _STEPS + 1


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


class Magnitude:
    """Euclidean norm and largest absolute value of all values seen.

    Attributes:
        largest: the largest absolute value; infinity or NaN as soon as one value is.
    """

    def __init__(self) -> None:
        self.largest = 0.0
        self._squares = 0.0

    def include(self, block: Buffer) -> None:
        """Take in a block of float32 values."""
        if not len(block):
            return
        with np.errstate(over="ignore", invalid="ignore"):
            largest = max(float(block.max()), -float(block.min()))
            self._squares += float(np.dot(block, block))
        # `max` would drop a NaN on one side of the comparison and keep it on the other.
        self.largest = largest if math.isnan(largest) else max(self.largest, largest)
        if math.isnan(self._squares) or math.isnan(largest):
            self.largest = math.nan

    @property
    def norm(self) -> float:
        """The Euclidean norm; infinite where the squares overflow float32."""
        return math.sqrt(self._squares) if self._squares >= 0 else math.nan

    @property
    def is_finite(self) -> bool:
        """Whether no value is infinite or NaN."""
        return math.isfinite(self.largest)
