"""What members of an exchange do with each other's values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.aggregator.aggregator import Contribution
from disco_desktop.engine.aggregator.magnitude import Magnitude
from disco_desktop.engine.aggregator.mean import MeanAggregator
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.weights.codec import VALUE_SIZE, decode, encode
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disco_desktop.engine.client.peers.exchange import Exchange
    from disco_desktop.engine.client.peers.topology import Topology
    from disco_desktop.engine.messages import Attempt
    from disco_desktop.engine.task.task import Collaboration
    from disco_desktop.engine.weights.weights import Buffer

RESULT_SIZE = 4  # bytes of a value of a sum


def part_of(vector: memoryview, part: slice, value_size: int) -> memoryview:
    """Return the bytes of some of a vector's values."""
    return vector[part.start * value_size : part.stop * value_size]


def check_update(values: Buffer, collaboration: Collaboration, member: str = "") -> Magnitude:
    """Refuse what cannot be summed, and return its size.

    Args:
        values: an update, or a part of one.
        collaboration: the task's.
        member: whose it is; the error's detail.

    Raises:
        ContributionError: a value is none, or the update is too long.
    """
    magnitude = Magnitude()
    magnitude.include(values)
    if not magnitude.is_finite:
        raise ContributionError("update_not_finite", detail=member)
    if magnitude.norm > collaboration.largest_norm:
        raise ContributionError("update_too_large", detail=member)
    return magnitude


class Summing(ABC):
    """One attempt's arithmetic, on vectors of `values` values of `value_size` bytes each."""

    values: int
    value_size: int

    async def prepare(self, exchange: Exchange, topology: Topology) -> None:  # noqa: B027
        """Agree with the other members about what must be settled before any value is sent."""

    @abstractmethod
    def vector(self) -> memoryview:
        """Return our own values, as they travel."""

    @abstractmethod
    def sum(self, number: int, part: slice, contents: Mapping[str, memoryview]) -> memoryview:
        """Return the sum of one part of all vectors, given each member's; ours among them.

        Args:
            number: the part's, counted from zero.
            part: its place in the vectors.
            contents: the bytes of that part, by member.

        Raises:
            ContributionError: a member's values cannot be summed; its id is the detail.
        """

    @abstractmethod
    def finish(self, result: memoryview) -> Weights:
        """Return the model that all parts' sums make."""


class MeanSumming(Summing):
    """Weighs updates by their samples and adds their mean to the common model.

    Each part goes through the aggregator that a server has for the whole, so the model is to the
    bit the one that a server would have made of the same updates.
    """

    def __init__(
        self, collaboration: Collaboration, base: Weights, update: Weights, attempt: Attempt
    ) -> None:
        self.values = base.manifest.elements
        self.value_size = VALUE_SIZE[collaboration.codec]
        self._collaboration = collaboration
        self._base = base
        self._update = update
        self._round = attempt.round
        self._samples = {one.participant: one.samples for one in attempt.members}

    def vector(self) -> memoryview:
        """Return the encoded update."""
        return encode(self._update.buffer, self._collaboration.codec)

    def sum(self, number: int, part: slice, contents: Mapping[str, memoryview]) -> memoryview:
        """Return a part of the next model, in little-endian float32."""
        base = self._base.buffer[part]
        manifest = Manifest(names=("part",), shapes=((len(base),),))
        aggregator = MeanAggregator(self._collaboration, Weights(manifest, base), round=self._round)
        for member in sorted(contents):
            aggregator.add(self._contribution(member, contents[member]))
        return encode(aggregator.aggregate().buffer, "fp32")

    def _contribution(self, member: str, content: memoryview) -> Contribution:
        values = decode(content, self._collaboration.codec)
        magnitude = check_update(values, self._collaboration, member)
        return Contribution(
            participant=member,
            base_round=self._round,
            samples=self._samples[member],
            largest=magnitude.largest,
            blocks=lambda: [values],
        )

    def finish(self, result: memoryview) -> Weights:
        """Return the next model."""
        buffer = np.frombuffer(result, "<f4").astype(np.float32, copy=False)
        return Weights(self._base.manifest, buffer)
