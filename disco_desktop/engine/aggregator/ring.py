"""Updates as integers modulo 2^32: what is added there is exact, and can be masked perfectly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from disco_desktop.engine.errors import ContributionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.weights.weights import Buffer

Residues: TypeAlias = NDArray[np.uint32]

RESIDUE = np.dtype("<u4")  # as it travels
_SIGNED = np.dtype("<i4")
LARGEST_SUM = (1 << 31) - 1
LARGEST_CLIPPED_SHARE = 0.01
_SMALLEST_EXPONENT = -126  # steps below 2^-126 would leave the normal range of float32
_BLOCK = 1 << 16  # values: the arrays of a block stay in the processor's cache


class Ring:
    """Fixed point in Z_2^32 for sums whose total weight is bounded.

    A value is clipped to ±`largest_change`, rounded to a multiple of a step and multiplied by its
    member's weight. The step is the smallest power of two for which no sum can leave the signed
    range: a power of two, so that scaling is exact and a mean is rounded once only.

    Attributes:
        step: the resolution, in units of the update.
        largest: the largest magnitude of one value, in steps.
    """

    def __init__(self, *, largest_change: float, largest_weight: int) -> None:
        """Choose the step.

        Args:
            largest_change: how far an update may move a single value.
            largest_weight: the largest total weight that the members can have.
        """
        if not (0 < largest_change < math.inf) or not 1 <= largest_weight <= LARGEST_SUM:
            raise ValueError(f"a ring of {largest_change} and {largest_weight}")
        clip = np.float32(min(largest_change, float(np.finfo(np.float32).max)))
        # Never above what the task says: float32 may have rounded it up.
        self._clip = clip if float(clip) <= largest_change else np.nextafter(clip, np.float32(0))
        exponent = max(_SMALLEST_EXPONENT, math.frexp(float(self._clip) * largest_weight)[1] - 31)
        while round(math.ldexp(float(self._clip), -exponent)) * largest_weight > LARGEST_SUM:
            exponent += 1
        self.step = math.ldexp(1.0, exponent)
        self.largest = round(math.ldexp(float(self._clip), -exponent))

    def quantise(self, update: Buffer, weight: int) -> tuple[Residues, float]:
        """Return an update as residues, and the share of its values that was clipped.

        Args:
            update: shape (elements,), float32; not changed.
            weight: what it weighs in the mean.

        Returns:
            Shape (elements + 1,): the weighted steps of each value, then the weight; and a share
            from zero to one.

        Raises:
            ContributionError: a value is no number or infinite (`update_not_finite`), or so many
                were clipped that the update would be another one (`update_clipped`).
        """
        result = np.empty(len(update) + 1, RESIDUE)
        signed = result.view(_SIGNED)
        scratch = np.empty(min(_BLOCK, len(update)), np.float32)
        scale, factor = np.float32(1 / self.step), np.int32(weight)
        clipped = 0
        for start in range(0, len(update), _BLOCK):
            values = update[start : start + _BLOCK]
            scaled, place = scratch[: len(values)], signed[start : start + len(values)]
            np.abs(values, out=scaled)
            largest = scaled.max()  # NaN where one value is
            if not np.isfinite(largest):
                raise ContributionError("update_not_finite")
            if largest > self._clip:
                clipped += int(np.count_nonzero(scaled > self._clip))
                values = np.clip(values, -self._clip, self._clip, out=scaled)
            np.multiply(values, scale, out=scaled)
            np.rint(scaled, out=scaled)
            np.copyto(place, scaled, casting="unsafe")
            if weight != 1:
                place *= factor
        share = clipped / max(1, len(update))
        if share > LARGEST_CLIPPED_SHARE:
            raise ContributionError("update_clipped", percent=100 * share)
        result[-1] = weight
        return result, share

    def first_impossible(self, total: Residues) -> int:
        """Return the first place of a sum's residues that is out of bounds; that of the weight."""
        bound = int(total[-1]) * self.largest
        signed = total[:-1].view(_SIGNED).astype(np.int64)
        return int(np.argmax(np.append(np.abs(signed) > bound, True)))

    def mean(self, total: Residues) -> Buffer:
        """Return the mean of the updates whose residues were added up.

        It is the exact quotient of two integers, times the step, rounded to float32: the step is a
        power of two, and a quotient of so few bits is never so near to the middle between two
        float32 that rounding it to float64 before would make a difference.

        Args:
            total: shape (elements + 1,), with the total weight at its end.

        Returns:
            Shape (elements,), float32.

        Raises:
            ContributionError: no updates within the bounds have such a sum (`sum_not_possible`).
        """
        weight = int(total[-1])
        bound = weight * self.largest
        if not weight or bound > LARGEST_SUM:
            raise ContributionError("sum_not_possible", detail=f"a total weight of {weight}")
        signed = total[:-1].view(_SIGNED)
        result = np.empty(len(signed), np.float32)
        scratch = np.empty(min(_BLOCK, len(signed)), np.float64)
        for start in range(0, len(signed), _BLOCK):
            values = signed[start : start + _BLOCK]
            if int(values.max()) > bound or int(values.min()) < -bound:
                raise ContributionError("sum_not_possible", detail="a value out of bounds")
            quotient = scratch[: len(values)]
            np.divide(values, float(weight), out=quotient)
            quotient *= self.step
            np.copyto(result[start : start + len(values)], quotient, casting="same_kind")
        return result


def add_residues(vectors: Sequence[Residues]) -> Residues:
    """Return the sum of vectors of one shape (elements,), modulo 2^32."""
    total = np.empty_like(vectors[0])
    for start in range(0, len(total), _BLOCK):
        part = slice(start, start + _BLOCK)
        place = total[part]
        np.copyto(place, vectors[0][part])
        for vector in vectors[1:]:
            place += vector[part]
    return total
