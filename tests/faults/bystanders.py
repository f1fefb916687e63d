"""Two honest participants, whose round must come out right whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.weights.weights import Weights
from tests.faults.child_server import ELEMENTS, LARGEST_GROWTH, LONGEST_STALL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from disco_desktop.engine.client.client import Aggregate
    from disco_desktop.engine.client.federated import FederatedClient
    from tests.faults.child_server import ChildServer

PATIENCE = 60.0  # seconds in which what must happen has happened


def update(seed: int) -> np.ndarray:
    """Values whose weighted means are exact in any arithmetic: small sixteenths."""
    return np.random.default_rng(seed).integers(-16, 17, ELEMENTS).astype(np.float32) / 16


class Participant:
    """A client that takes part in one round after another.

    Attributes:
        model: the last one it was given, as a plain array.
    """

    def __init__(self, client: FederatedClient, *, samples: int, seed: int) -> None:
        self.client = client
        self.samples = samples
        self.update = update(seed)
        self.model = np.empty(0, np.float32)
        self.round = -1

    async def connect(self) -> None:
        session = await self.client.connect()
        self.model, self.round = session.weights.buffer, session.round

    async def contribute(self) -> Aggregate:
        """Contribute and wait for the round's end."""
        weights = Weights(self.client._manifest, self.update.copy())
        aggregate = await self.client.on_round_end_communication(
            weights, base_round=self.round, samples=self.samples
        )
        self.model, self.round = aggregate.weights.buffer, aggregate.round
        return aggregate


def mean_of(before: np.ndarray, *participants: Participant) -> np.ndarray:
    """The next model: the one before and the mean of the updates, weighted by samples."""
    total = sum(participant.samples for participant in participants)
    summed = sum(
        np.float64(participant.samples) * participant.update for participant in participants
    )
    return (before + summed / total).astype(np.float32)


async def complete_round(*participants: Participant) -> None:
    """Have a round in which these contribute, and nobody else, and check what comes out."""
    before, number = participants[0].model, participants[0].round
    async with asyncio.timeout(PATIENCE):
        aggregates = await asyncio.gather(
            *(participant.contribute() for participant in participants)
        )
    expected = mean_of(before, *participants)
    for aggregate in aggregates:
        assert aggregate.round == number + 1
        assert aggregate.participants == len(participants)
        assert aggregate.is_counted
        assert aggregate.weights.buffer.tobytes() == expected.tobytes()


@contextlib.asynccontextmanager
async def watched(server: ChildServer, *, lines: int | None = 1) -> AsyncIterator[None]:
    """Check that the server bears what happens inside: in memory, time and words.

    Args:
        server: the one to watch.
        lines: how many lines it is to log about it, or none where that does not matter.
    """
    assert await server.get("/health")  # whatever it makes once is made
    logged, memory = len(server.log()), server.process.memory_info()
    server.reset_peak()
    yield
    assert '"ok"' in await server.get("/health")
    assert server.peak() - memory.rss < LARGEST_GROWTH
    assert await server.longest_stall() < LONGEST_STALL
    new = server.log()[logged:]
    assert not any("Traceback" in line for line in new), new
    if lines is not None:
        assert len(new) == lines, new


@contextlib.asynccontextmanager
async def bystanders(
    server: ChildServer, *, lines: int | None = 1
) -> AsyncIterator[tuple[Participant, Participant]]:
    """Have a round go on around what happens inside, and check it and the server afterwards.

    One participant contributes before or during it and waits, the other one after it.
    """
    first = Participant(server.client(), samples=3, seed=1)
    second = Participant(server.client(), samples=1, seed=2)
    try:
        await first.connect()
        await second.connect()
        async with watched(server, lines=lines):
            before = first.model
            async with asyncio.timeout(PATIENCE):
                async with asyncio.TaskGroup() as group:
                    waiting = group.create_task(first.contribute())
                    yield first, second
                    result = await second.contribute()
            assert result.participants == 2
            expected = mean_of(before, first, second).tobytes()
            assert result.weights.buffer.tobytes() == expected
            assert (await waiting).weights.buffer.tobytes() == expected
    finally:
        await first.client.disconnect()
        await second.client.disconnect()
