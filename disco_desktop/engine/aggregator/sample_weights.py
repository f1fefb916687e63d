"""What an update weighs in a secure sum, without anybody learning how many samples are behind it.

Each tells only the order of magnitude of its samples: the power of two at or above them. Its weight
is a small integer that it works out itself and that travels masked, as the update does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Weighting: TypeAlias = Literal["samples", "equal"]

LARGEST_MEMBER_WEIGHT = 32


def told_samples(samples: int, weighting: Weighting) -> int:
    """Return what a participant tells of its number of samples.

    That is the power of two at or above it; where all weigh alike it is one, and tells nothing.
    """
    if samples < 1:
        raise ValueError(f"{samples} samples")
    return 1 << (samples - 1).bit_length() if weighting == "samples" else 1


def member_weight(samples: int, *, largest_told: int, weighting: Weighting) -> int:
    """Return what an update weighs: from 1 to 32, in proportion to its samples.

    Args:
        samples: its own number of samples.
        largest_told: the largest power of two that a member told of.
        weighting: where it is "equal", each weighs one.
    """
    if weighting == "equal":
        return 1
    # Rounded to the nearest, in integers: no machine comes to another weight.
    return max(1, (2 * LARGEST_MEMBER_WEIGHT * samples + largest_told) // (2 * largest_told))


def total_weight_range(told: Sequence[int], weighting: Weighting) -> tuple[int, int]:
    """Return the least and the largest total weight that members can have who told this."""
    largest_told = max(told)
    totals = [
        sum(
            member_weight(samples, largest_told=largest_told, weighting=weighting)
            for samples in possible
        )
        for possible in ([one // 2 + 1 for one in told], told)
    ]
    return totals[0], totals[1]
