"""An exact sum of updates: in integers, so that neither order nor grouping changes a bit of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.engine.weights.weights import Buffer

# The sum counts in steps of 2^-32: finer than float32 tells weights apart that are not minute.
FRACTION_BITS = 32
_STEPS = 2.0**FRACTION_BITS
# The largest magnitude that the sum of all contributions may reach, in steps.
_LARGEST_SUM = 2.0**62
_BLOCK = 1 << 16  # values: the three arrays of a block stay in the processor's cache


class FixedPointSum:
    """The weighted sum of updates as 64-bit integers, and the sum of their weights.

    Memory does not grow with the number of contributions. What was added can be taken out again
    exactly, since integers do not round.
    """

    def __init__(self, elements: int) -> None:
        self._sum = np.zeros(elements, np.int64)
        self._weight = 0
        self._largest = 0.0
        self._scaled = np.empty(_BLOCK, np.float64)
        self._steps = np.empty(_BLOCK, np.int64)

    def has_room(self, *, factor: float, largest: float) -> bool:
        """Tell whether an update of values up to `largest` can be added without overflow."""
        return self._largest + largest * factor * _STEPS + 1 < _LARGEST_SUM

    def add(
        self, blocks: Iterable[Buffer], *, weight: int, damping: float, largest: float
    ) -> None:
        """Add an update, weighted and damped.

        Args:
            blocks: the update's values, in order, in blocks of any size.
            weight: what it weighs in the mean.
            damping: a factor of at most one that shrinks it without changing its weight.
            largest: the largest magnitude among its values.

        Raises:
            ContributionError: the sum could overflow; nothing was added.
        """
        factor = weight * damping
        if not self.has_room(factor=factor, largest=largest):
            raise ContributionError("update_too_large", detail=f"overflow: {largest} x {factor}")
        start = 0
        for block in blocks:
            for part in range(0, len(block), _BLOCK):
                values = block[part : part + _BLOCK]
                scaled, steps = self._scaled[: len(values)], self._steps[: len(values)]
                np.multiply(values, factor * _STEPS, out=scaled, dtype=np.float64)
                np.rint(scaled, out=scaled)
                np.copyto(steps, scaled, casting="unsafe")
                self._sum[start : start + len(values)] += steps
                start += len(values)
        if start != len(self._sum):
            raise ValueError(f"an update of {start} values for a sum of {len(self._sum)}")
        self._weight += weight
        self._largest += largest * factor * _STEPS + 1

    def apply_to(self, weights: Weights) -> Weights:
        """Return `weights` plus the weighted mean of the updates, in a buffer of their own."""
        result = np.empty_like(weights.buffer)
        scale = 1.0 / (self._weight * _STEPS)
        for start in range(0, len(result), _BLOCK):
            part = slice(start, start + _BLOCK)
            mean = self._scaled[: len(result[part])]
            np.multiply(self._sum[part], scale, out=mean, dtype=np.float64, casting="unsafe")
            np.add(weights.buffer[part], mean, out=result[part], casting="same_kind")
        return Weights(weights.manifest, result)
