"""Who sums which part of the weights, so that what a peer sends does not grow with their number."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

# Up to this many send each other all they have: one step instead of two, and at most two models.
LARGEST_MESH = 3


@dataclass(frozen=True)
class Topology:
    """How a vector of values is cut, and who sums which part.

    In a full mesh everybody sums everything. Otherwise each member sums one part and gives the sum
    to the others (reduce-scatter and all-gather, as in Rabenseifner, 2004): for n members each
    sends 2 (n - 1) / n vectors, whatever n is.

    Attributes:
        members: ids, in order.
        parts: places in the vector, of almost equal length.
    """

    members: tuple[str, ...]
    parts: tuple[slice, ...]

    @classmethod
    def choose(cls, members: tuple[str, ...], values: int) -> Topology:
        """Choose for some members and a vector of some length."""
        count = 1 if len(members) <= LARGEST_MESH or values < len(members) else len(members)
        edges = [values * number // count for number in range(count + 1)]
        return cls(members, tuple(slice(*pair) for pair in itertools.pairwise(edges)))

    @property
    def is_mesh(self) -> bool:
        """Whether everybody sums everything."""
        return len(self.parts) == 1

    def summed_by(self, member: str) -> int:
        """Return the number of the part that a member sums."""
        return 0 if self.is_mesh else self.members.index(member)


def length(part: slice) -> int:
    """Return how many values a part has."""
    return int(part.stop - part.start)
