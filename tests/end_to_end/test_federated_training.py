"""Participants train together over real sockets: what the first DISCO promises, and more."""

from __future__ import annotations

import asyncio
import statistics
from typing import TYPE_CHECKING

import msgspec
import pytest

from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.events import Event, RoundEnded
from disco_desktop.engine.models.initialise import initial_weights
from tests.end_to_end.stepwise import Participant, disco_of, joining
from tests.server.running_server import running_server, task_with

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.training.disco import Disco


@pytest.mark.timeout(60)
async def test_statuses_follow_who_is_there(tmp_path: Path) -> None:
    """The sequence of F5: who waits for whom, and what it reads meanwhile."""
    task = task_with()
    async with (
        running_server(tmp_path, initial=initial_weights(task, seed=0), task=task) as server,
        joining(server) as everybody,
    ):

        def join() -> Participant:
            everybody.append(Participant(disco_of(server)))
            return everybody[-1]

        first = join()
        assert await first.next() == 1
        assert await first.statuses.get() == "local training"
        pending = asyncio.create_task(first.next())
        assert await first.statuses.get() == "not enough participants"

        second = join()
        assert await second.next() == 2
        assert await second.statuses.get() == "local training"
        assert await first.statuses.get() == "updating model"
        assert not pending.done()
        assert await second.next() == 2
        assert await pending == 2
        assert await first.statuses.get() == "local training"
        assert await second.statuses.get() == "updating model"
        assert await second.statuses.get() == "local training"

        await first.close()
        pending = asyncio.create_task(second.next())
        assert await second.statuses.get() == "not enough participants"
        third = join()
        assert await third.next() == 2
        assert await third.statuses.get() == "local training"
        assert await second.statuses.get() == "updating model"
        assert await third.next() == 2
        assert await pending == 2
        assert await third.statuses.get() == "updating model"
        assert await third.statuses.get() == "local training"
        assert await second.statuses.get() == "local training"

        # Who came in the middle is counted like everybody: neither late nor early.
        assert [(end.model_round, end.is_counted) for end in third.rounds] == [(2, True)]
        assert [(end.model_round, end.is_counted) for end in second.rounds] == [
            (1, True),
            (2, True),
        ]
        assert {end.participants for end in (*second.rounds, *third.rounds)} == {2}

        await second.close()
        alone = asyncio.create_task(third.next())
        assert await third.statuses.get() == "not enough participants"
        await third.close()
        await alone


async def _train(disco: Disco) -> list[Event]:
    try:
        return [event async for event in disco.events()]
    finally:
        await disco.close()


async def test_two_learn_titanic_to_the_same_weights(tmp_path: Path) -> None:
    """F2: two participants with all passengers, one round of five epochs."""
    task = task_with()
    async with running_server(tmp_path, initial=initial_weights(task, seed=0), task=task) as server:
        discos = [
            disco_of(server, seed=seed, epochs=5, round_duration=5, batch_size=30)
            for seed in (1, 2)
        ]
        await asyncio.gather(*(_train(disco) for disco in discos))
    first, second = (disco.result for disco in discos)
    assert first is not None
    assert second is not None
    assert first.weights.sha256() == second.weights.sha256()
    for result in (first, second):
        assert result.epochs[-1].training.accuracy > 0.6
        assert result.epochs[-1].validation.accuracy > 0.6
        assert result.rounds[-1].participants == 2


@pytest.mark.timeout(300)
async def test_what_two_learn_of_all_passengers_is_worth_it(tmp_path: Path) -> None:
    """Titanic as the task says, with ten seeds: what they end with is right in 69 of 100 cases."""
    task = task_provider("titanic").get_task()
    accuracies = []
    for seed in range(10):
        async with running_server(
            tmp_path / str(seed), initial=initial_weights(task, seed=seed), task=task
        ) as server:
            discos = [disco_of(server, seed=2 * seed + number) for number in (0, 1)]
            await asyncio.gather(*(_train(disco) for disco in discos))
        first, second = (disco.result for disco in discos)
        assert first is not None
        assert second is not None
        assert first.weights.sha256() == second.weights.sha256()
        assert first.final_validation == second.final_validation
        assert len(first.epochs) == 10
        accuracies.append(first.final_validation.accuracy)
    assert statistics.fmean(accuracies) > 0.69


async def test_the_same_seeds_give_the_same_bits(tmp_path: Path) -> None:
    task = task_with()
    digests = []
    for attempt in ("one", "two"):
        async with running_server(
            tmp_path / attempt, initial=initial_weights(task, seed=3), task=task
        ) as server:
            discos = [
                disco_of(server, share=Share(number, 3), seed=number, epochs=3, round_duration=1)
                for number in (1, 2, 3)
            ]
            await asyncio.gather(*(_train(disco) for disco in discos))
        results = [disco.result for disco in discos]
        assert all(result is not None and len(result.rounds) == 3 for result in results)
        digests.append({result.weights.sha256() for result in results if result is not None})
    assert digests[0] == digests[1]
    assert len(digests[0]) == 1


async def test_a_late_joiner_gets_the_current_model_and_ends_with_the_others(
    tmp_path: Path,
) -> None:
    task = task_with(minimum_participants=1)
    async with running_server(tmp_path, initial=initial_weights(task, seed=0), task=task) as server:
        early = disco_of(server, epochs=4, round_duration=1)
        events = early.events()
        late_training: asyncio.Task[list[Event]] | None = None
        late = disco_of(server, epochs=4, round_duration=1)
        async for event in events:
            if isinstance(event, RoundEnded) and event.model_round == 2:
                late_training = asyncio.create_task(_train(late))
                break
        assert late_training is not None
        async for _ in events:
            await asyncio.sleep(0)
        await early.close()
        rounds = [event for event in await late_training if isinstance(event, RoundEnded)]
        assert rounds[0].model_round > 2
        assert all(event.is_counted for event in rounds)


async def test_an_unknown_task_is_refused_with_words(tmp_path: Path) -> None:
    task = task_with()
    async with running_server(tmp_path, initial=initial_weights(task, seed=0), task=task) as server:
        server.task = msgspec.structs.replace(task, id="nowhere")
        disco = disco_of(server)
        with pytest.raises(ServerError) as raised:
            await _train(disco)
    assert raised.value.code == "task_not_on_server"
    assert raised.value.arguments == {"task": "nowhere"}
