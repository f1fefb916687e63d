"""Members of a secure exchange, as each of them would make its own part."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disco_desktop.engine.aggregator.masks import AttemptContext
from disco_desktop.engine.aggregator.secure import SecureAggregator, told_samples
from disco_desktop.engine.messages import AttemptMember
from disco_desktop.engine.task.task import Collaboration, SecureAggregation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

TASK = "ab" * 32


def member_id(number: int) -> str:
    return f"{number:016x}"


def context_of(told: Sequence[int], **changes: object) -> AttemptContext:
    members = tuple(AttemptMember(member_id(i), samples) for i, samples in enumerate(told))
    fields = {"task_digest": TASK, "session": 1, "round": 4, "attempt": 2, "members": members}
    return AttemptContext(**{**fields, **changes})


@dataclass
class Group:
    """Everybody's part in one attempt."""

    members: list[SecureAggregator]

    @classmethod
    def of(
        cls,
        samples: Sequence[int],
        elements: int,
        *,
        weighting: str = "samples",
        largest_change: float = 1.0,
        **changes: object,
    ) -> Group:
        context = context_of([told_samples(one, weighting) for one in samples], **changes)
        collaboration = Collaboration(
            scheme="decentralized",
            minimum_participants=3,
            weighting=weighting,
            aggregation=SecureAggregation(largest_change=largest_change),
        )
        return cls(
            [
                SecureAggregator(
                    context,
                    member_id(i),
                    collaboration=collaboration,
                    samples=one,
                    elements=elements,
                )
                for i, one in enumerate(samples)
            ]
        )

    def keys_for(self, number: int) -> dict[str, bytes]:
        return {member_id(i): each.public_key for i, each in enumerate(self.members) if i != number}

    def masked(self, updates: Sequence[np.ndarray]) -> list[memoryview]:
        return [
            each.masked(update, self.keys_for(i))
            for i, (each, update) in enumerate(zip(self.members, updates, strict=True))
        ]

    def exchange(self, updates: Sequence[np.ndarray]) -> memoryview:
        """Cut, add slice by slice and join, as the members do it among themselves."""
        vectors = self.masked(updates)
        values, parts = len(vectors[0]) // 4, len(vectors)
        edges = [4 * (values * i // parts) for i in range(parts + 1)]
        total = bytearray()
        for start, stop in itertools.pairwise(edges):
            total += SecureAggregator.add([vector[start:stop] for vector in vectors])
        return memoryview(total)
