"""Secure aggregation: the sum of all updates comes out, and no single one of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from disco_desktop.engine.aggregator.masks import AttemptKey, apply_masks
from disco_desktop.engine.aggregator.ring import RESIDUE, Ring, add_residues
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.task.task import SecureAggregation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from disco_desktop.engine.aggregator.masks import AttemptContext
    from disco_desktop.engine.task.task import Collaboration
    from disco_desktop.engine.weights.weights import Buffer

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


Slice: TypeAlias = bytes | bytearray | memoryview


class SecureAggregator:
    """One member's part in one attempt; for the next attempt another is made, with another key.

    Attributes:
        public_key: what the other members need, 32 bytes; valid for this attempt only.
        clipped_share: the share of the update's values that was clipped, once it was masked.
    """

    def __init__(
        self,
        context: AttemptContext,
        participant: str,
        *,
        collaboration: Collaboration,
        samples: int,
        elements: int,
    ) -> None:
        """Begin an attempt.

        Args:
            context: the attempt, and its members with what they told of their samples.
            participant: the own id.
            collaboration: the task's; its aggregation must be secure.
            samples: the own number of training samples, which nobody else learns.
            elements: how many values an update has.

        Raises:
            ContributionError: we are not a member, or the members are said to have told what
                nobody tells (`secure_group_differs`).
        """
        aggregation, weighting = collaboration.aggregation, collaboration.weighting
        if not isinstance(aggregation, SecureAggregation):
            raise ValueError("the task does not ask for secure aggregation")
        told = {member.participant: member.samples for member in context.members}
        if participant not in told:
            raise ContributionError("secure_group_differs", detail="without ourselves")
        if weighting == "samples":
            is_ours_other = told[participant] != told_samples(samples, weighting)
            if is_ours_other or any(one != told_samples(one, weighting) for one in told.values()):
                raise ContributionError("secure_group_differs", detail="other numbers of samples")
        orders = tuple(told.values())
        self._context = context
        self._participant = participant
        self._elements = elements
        self._weight = member_weight(samples, largest_told=max(orders), weighting=weighting)
        self._weight_range = total_weight_range(orders, weighting)
        self._ring = Ring(
            largest_change=aggregation.largest_change, largest_weight=self._weight_range[1]
        )
        self._key: AttemptKey | None = AttemptKey()
        self.public_key = self._key.public
        self.clipped_share: float | None = None

    @property
    def size(self) -> int:
        """How many bytes a masked vector has: four for each value, and four for the weight."""
        return (self._elements + 1) * RESIDUE.itemsize

    def masked(self, update: Buffer, public_keys: Mapping[str, bytes]) -> memoryview:
        """Return the update, weighted and masked, as bytes to be cut at multiples of four.

        This works once: two vectors under the same masks would give their difference away. The
        private key is forgotten here, so that nobody can ever take the masks off.

        Args:
            update: shape (elements,), float32.
            public_keys: those of all other members, by id.

        Raises:
            ContributionError: it was done before (`attempt_spent`); a key is missing, is of
                somebody else or appears twice (`peer_keys_differ`), or is none
                (`peer_key_refused`); the update cannot be counted (`update_not_finite`,
                `update_clipped`). Nothing was masked.
        """
        key = self._key
        if key is None:
            raise ContributionError("attempt_spent", attempt=self._context.attempt)
        if update.shape != (self._elements,) or update.dtype != np.float32:
            raise ValueError(f"an update of {update.dtype}{update.shape}, not {self._elements}")
        self._check_keys(public_keys)
        seeds = [
            key.seed(self._context, self._participant, peer, public_keys[peer])
            for peer in self._context.ids
            if peer != self._participant
        ]
        self._key = None
        vector, self.clipped_share = self._ring.quantise(update, self._weight)
        apply_masks(vector, seeds)
        return vector.data.cast("B")

    def _check_keys(self, public_keys: Mapping[str, bytes]) -> None:
        others = set(self._context.ids) - {self._participant}
        if set(public_keys) != others:
            raise ContributionError("peer_keys_differ", detail="of other members")
        if len({self.public_key, *public_keys.values()}) != len(others) + 1:
            raise ContributionError("peer_keys_differ", detail="the same key twice")

    @staticmethod
    def commitment(slices: Iterable[Slice]) -> tuple[bytes, ...]:
        """Return the SHA-256 of each slice, to be sent before any slice is."""
        return tuple(hashlib.sha256(each).digest() for each in slices)

    @staticmethod
    def add(slices: Sequence[Slice]) -> memoryview:
        """Add up the slices that all members have of one place, in any order, modulo 2^32.

        Raises:
            ContributionError: they do not have one length, or are not of whole values
                (`sum_malformed`).
        """
        sizes = {len(each) for each in slices}
        if len(sizes) != 1 or next(iter(sizes)) % RESIDUE.itemsize:
            raise ContributionError("sum_malformed", detail=f"slices of {sorted(sizes)} bytes")
        return add_residues([np.frombuffer(each, RESIDUE) for each in slices]).data.cast("B")

    def first_impossible(self, total: Slice) -> int:
        """Return the place of the first value that no sum of these members' vectors can have."""
        residues = np.frombuffer(total, RESIDUE)
        weight, (least, most) = int(residues[-1]), self._weight_range
        return self._ring.first_impossible(residues) if least <= weight <= most else self._elements

    def open(self, total: Slice) -> tuple[Buffer, int]:
        """Read the sum of all members' masked vectors, in which the masks have cancelled.

        Returns:
            The weighted mean of the updates, shape (elements,), float32; and the total weight.

        Raises:
            ContributionError: it has another size (`sum_malformed`), or cannot be the sum of what
                these members may have (`sum_not_possible`).
        """
        if len(total) != self.size:
            raise ContributionError("sum_malformed", detail=f"{len(total)} bytes")
        residues = np.frombuffer(total, RESIDUE)
        weight, (least, most) = int(residues[-1]), self._weight_range
        if not least <= weight <= most:
            raise ContributionError("sum_not_possible", detail=f"a total weight of {weight}")
        return self._ring.mean(residues), weight
