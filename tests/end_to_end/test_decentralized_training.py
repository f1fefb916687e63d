"""Participants train together and exchange among themselves, over real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.task.task import SecureAggregation
from tests.end_to_end.stepwise import Participant, disco_of, joining
from tests.server.running_server import running_server, task_with

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(60)
async def test_statuses_follow_who_is_there(tmp_path: Path) -> None:
    """The sequence of D5: who waits for whom, and what it reads meanwhile."""
    task = task_with(scheme="decentralized")
    async with (
        running_server(tmp_path, initial=initial_weights(task, seed=0), task=task) as server,
        joining(server) as everybody,
    ):

        def join() -> Participant:
            everybody.append(Participant(disco_of(server)))
            return everybody[-1]

        async def reads(participant: Participant, *statuses: str) -> None:
            assert [await participant.statuses.get() for _ in statuses] == list(statuses)

        first = join()
        assert await first.next() == 1
        await reads(first, "local training")
        pending = asyncio.create_task(first.next())
        await reads(first, "connecting to peers", "not enough participants")

        second = join()
        assert await second.next() == 2
        await reads(second, "local training")
        await reads(first, "connecting to peers")
        assert not pending.done()
        assert await second.next() == 2
        assert await pending == 2
        await reads(first, "updating model", "local training")
        await reads(second, "connecting to peers", "updating model", "local training")

        await first.close()
        pending = asyncio.create_task(second.next())
        await reads(second, "connecting to peers", "not enough participants")
        third = join()
        assert await third.next() == 2
        await reads(third, "local training")
        await reads(second, "connecting to peers")
        assert await third.next() == 2
        assert await pending == 2
        await reads(second, "updating model", "local training")
        await reads(third, "connecting to peers", "updating model", "local training")
        assert [(end.model_round, end.is_counted) for end in third.rounds] == [(2, True)]

        await second.close()
        alone = asyncio.create_task(third.next())
        await reads(third, "connecting to peers", "not enough participants")
        await third.close()
        await alone


@pytest.mark.timeout(120)
async def test_three_learn_under_masks_what_a_server_would_have_made_of_it(tmp_path: Path) -> None:
    """With masks the model is that of the mean, but for what fixed point rounds away."""
    models = {}
    for name, settings in {
        "federated": {},
        "mean": {"scheme": "decentralized"},
        "secure": {"scheme": "decentralized", "aggregation": SecureAggregation()},
    }.items():
        task = task_with(minimum_participants=3, weighting="equal", **settings)
        async with running_server(
            tmp_path / name, initial=initial_weights(task, seed=0), task=task
        ) as server:
            discos = [
                disco_of(server, share=Share(number, 3), seed=number, epochs=4, round_duration=2)
                for number in (1, 2, 3)
            ]

            async def train(disco) -> None:
                try:
                    async for _ in disco.events():
                        pass
                finally:
                    await disco.close()

            await asyncio.gather(*(train(disco) for disco in discos))
        results = [disco.result.weights for disco in discos]
        assert len({weights.sha256() for weights in results}) == 1
        models[name] = results[0]
    assert models["mean"].sha256() == models["federated"].sha256()
    difference = abs(models["secure"].buffer - models["mean"].buffer).max()
    assert 0 < difference < 1e-4
