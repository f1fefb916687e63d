from __future__ import annotations

import asyncio
import gc
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from disco_desktop.engine.errors import DataError, ModelError, StorageError
from disco_desktop.engine.events import (
    BatchTrained,
    EpochTrained,
    ParticipantsChanged,
    ProblemArose,
    ProblemOver,
    RoundEnded,
    StatusChanged,
)
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.training.disco import Disco
from disco_desktop.engine.validation.validator import Validator
from tests.engine.training.conftest import PROVIDER, TASK, disco_of, read, trained

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.memory.disk_memory import DiskMemory


class TestStream:
    async def test_events_come_in_order(self, passengers: Dataset) -> None:
        _, events = await trained(disco_of(passengers, NoMemory()))
        kinds = [type(event) for event in events]
        batches = -(-len(passengers.training) // 64)
        epoch = [BatchTrained] * batches + [EpochTrained]
        assert kinds == [
            ParticipantsChanged,
            StatusChanged,
            *(2 * epoch),
            RoundEnded,
            *epoch,
            RoundEnded,
        ]

    async def test_what_the_events_count(self, passengers: Dataset) -> None:
        result, events = await trained(disco_of(passengers, NoMemory()))
        epochs = [event for event in events if isinstance(event, EpochTrained)]
        assert [(event.round, event.epoch, event.epochs) for event in epochs] == [
            (1, 1, 3),
            (1, 2, 3),
            (2, 3, 3),
        ]
        rounds = [event for event in events if isinstance(event, RoundEnded)]
        assert [(event.round, event.rounds) for event in rounds] == [(1, 2), (2, 2)]
        assert all(event.participants == 1 and event.model_round == 0 for event in rounds)
        first = [event for event in events if isinstance(event, BatchTrained) and event.epoch == 1]
        assert [event.batch for event in first] == list(range(1, first[0].batches + 1))
        assert sum(event.samples for event in first) == len(passengers.training)
        means = epochs[0].training
        assert means.samples == len(passengers.training)
        assert means.loss == pytest.approx(
            sum(event.loss * event.samples for event in first) / means.samples
        )
        assert means.accuracy == pytest.approx(
            sum(event.accuracy * event.samples for event in first) / means.samples
        )
        assert (result.epochs, result.rounds) == (epochs, rounds)

    async def test_nothing_is_trained_before_it_is_asked_for(self, passengers: Dataset) -> None:
        disco = disco_of(passengers, NoMemory())
        await read(disco, BatchTrained, 5)
        for _ in range(100):
            await asyncio.sleep(0)
        await disco.close()
        whole, _ = await trained(disco_of(passengers, NoMemory()))
        assert disco.result is not None
        # Five steps, and not one more.
        hasty = disco_of(passengers, NoMemory())
        await read(hasty, BatchTrained, 5)
        await hasty.close()
        assert hasty.result is not None
        assert disco.result.weights.sha256() == hasty.result.weights.sha256()
        assert disco.result.weights.sha256() != whole.weights.sha256()
        assert disco.result.epochs == []

    async def test_one_batch_larger_than_the_data(self, passengers: Dataset) -> None:
        _, events = await trained(disco_of(passengers, NoMemory(), batch_size=65_536, epochs=1))
        (batch,) = [event for event in events if isinstance(event, BatchTrained)]
        assert batch.samples == len(passengers.training)


class TestLearning:
    async def test_it_learns_who_survived(self, passengers: Dataset) -> None:
        result, _ = await trained(disco_of(passengers, NoMemory(), epochs=10, batch_size=30))
        before = Validator(TASK, initial_weights(TASK, seed=0)).test(passengers.validation)
        assert result.final_validation.loss < before.loss - 0.05
        assert result.final_validation.accuracy > 0.69

    async def test_the_figures_are_those_of_the_final_weights(self, passengers: Dataset) -> None:
        result, _ = await trained(disco_of(passengers, NoMemory()))
        tested = Validator(TASK, result.weights, device="cpu").test(passengers.validation)
        assert result.final_validation.accuracy == tested.accuracy
        assert result.final_validation.loss == pytest.approx(tested.loss, rel=1e-6)
        assert result.rounds[-1].validation == result.epochs[-1].validation

    async def test_a_seed_fixes_every_bit(self, passengers: Dataset) -> None:
        results = [await trained(disco_of(passengers, NoMemory(), seed=seed)) for seed in (7, 7, 8)]
        first, second, other = [result for result, _ in results]
        assert first.weights.sha256() == second.weights.sha256()
        assert [event.training for event in first.epochs] == [
            event.training for event in second.epochs
        ]
        assert other.weights.sha256() != first.weights.sha256()

    async def test_without_a_seed_each_training_differs(self, passengers: Dataset) -> None:
        results = []
        for _ in range(2):
            disco = disco_of(passengers, NoMemory(), seed=None)  # type: ignore[arg-type]
            results.append((await trained(disco))[0].weights.sha256())
        assert results[0] != results[1]

    async def test_each_epoch_has_another_order(self, passengers: Dataset) -> None:
        _, events = await trained(disco_of(passengers, NoMemory(), epochs=2))
        batches = [event for event in events if isinstance(event, BatchTrained)]
        assert [event.accuracy for event in batches if event.epoch == 1] != [
            event.accuracy for event in batches if event.epoch == 2
        ]

    async def test_rounds_change_nothing_when_training_alone(self, passengers: Dataset) -> None:
        shas = {
            (await trained(disco_of(passengers, NoMemory(), round_duration=duration)))[
                0
            ].weights.sha256()
            for duration in (1, 2, 3, 50)
        }
        assert len(shas) == 1

    async def test_the_given_weights_are_left_as_they_are(self, passengers: Dataset) -> None:
        from disco_desktop.engine.client.client import LocalClient

        initial = initial_weights(TASK, seed=0)
        before = initial.buffer.copy()
        await trained(disco_of(passengers, NoMemory(), LocalClient(initial)))
        assert np.array_equal(initial.buffer, before)

    async def test_a_training_that_diverges_says_so(
        self, passengers: Dataset, memory: DiskMemory
    ) -> None:
        huge = replace(
            passengers.training, features=np.full_like(passengers.training.features, 3e38)
        )
        disco = disco_of(replace(passengers, training=huge), memory)
        with pytest.raises(ModelError) as raised:
            await trained(disco)
        assert raised.value.code == "training_diverged"
        assert memory.list() == []


class TestKeeping:
    async def test_the_model_is_kept_with_all_that_is_needed(
        self, passengers: Dataset, memory: DiskMemory
    ) -> None:
        result, _ = await trained(disco_of(passengers, memory))
        (record,) = memory.list()
        assert record == result.model
        assert record.name == "Titanic"
        assert (record.scheme, record.rounds, record.epochs, record.participants) == (
            "local",
            2,
            3,
            1,
        )
        assert record.metrics == result.final_validation
        model = memory.load(record.id)
        assert model.weights.sha256() == result.weights.sha256()
        assert model.preprocessing == passengers.preprocessing
        assert model.history.epochs == result.epochs
        assert model.history.rounds == result.rounds

    async def test_checkpoints_are_gone_at_the_end(
        self, passengers: Dataset, memory: DiskMemory
    ) -> None:
        await trained(disco_of(passengers, memory))
        assert memory.checkpoint_slot("titanic-local").read() is None

    async def test_a_model_need_not_be_kept(self, passengers: Dataset, memory: DiskMemory) -> None:
        from disco_desktop.engine.client.client import LocalClient

        client = LocalClient(initial_weights(TASK, seed=0))
        disco = Disco(TASK, passengers, client, memory=memory, is_kept=False)
        await read(disco, EpochTrained, 1)
        await disco.close()
        assert memory.list() == []
        assert disco.result is not None
        assert disco.result.model is None
        assert memory.checkpoint_slot("titanic-local").read() is not None

    async def test_a_model_is_kept_as_it_stands_on_request(
        self, passengers: Dataset, memory: DiskMemory
    ) -> None:
        disco = disco_of(passengers, memory)
        await read(disco, EpochTrained, 1)
        record = await disco.save()
        await disco.close()
        assert record is not None
        assert disco.result is not None
        assert disco.result.model == record
        assert not disco.result.is_complete
        assert memory.load(record.id).weights.sha256() == disco.result.weights.sha256()

    async def test_two_trainings_at_once_need_two_slots(
        self, passengers: Dataset, memory: DiskMemory
    ) -> None:
        first, second = disco_of(passengers, memory), disco_of(passengers, memory)
        await read(first, BatchTrained, 1)
        with pytest.raises(StorageError) as raised:
            await trained(second)
        assert raised.value.code == "training_already_running"
        await trained(disco_of(passengers, memory, slot="another"))
        await first.close()
        await trained(disco_of(passengers, memory))

    async def test_a_full_disk_is_told_and_training_goes_on(
        self,
        passengers: Dataset,
        memory: DiskMemory,
        limit_file_size: Callable[[int | None], None],
        expect_log: Callable[[str], None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        expect_log("training goes on, but nothing is kept")
        disco = disco_of(passengers, memory, epochs=3, round_duration=1)
        limit_file_size(1000)
        problems = []
        try:
            async for event in disco.events():
                if isinstance(event, ProblemArose | ProblemOver):
                    problems.append((type(event), event.code))
                if isinstance(event, RoundEnded) and event.round == 2:
                    limit_file_size(None)
        finally:
            await disco.close()
        assert problems == [(ProblemArose, "storage_full"), (ProblemOver, "storage_full")]
        assert len(memory.list()) == 1
        gc.collect()  # when asyncio prints the traceback of an error that nobody looked at
        assert [record for record in caplog.records if record.name == "asyncio"] == []

    async def test_a_disk_that_stays_full_is_an_error_at_the_end(
        self,
        passengers: Dataset,
        memory: DiskMemory,
        limit_file_size: Callable[[int | None], None],
        expect_log: Callable[[str], None],
    ) -> None:
        expect_log("training goes on, but nothing is kept")
        disco = disco_of(passengers, memory)
        limit_file_size(1000)
        with pytest.raises(StorageError) as raised:
            await trained(disco)
        assert raised.value.code == "storage_full"
        assert disco.result is not None
        assert len(disco.result.epochs) == 3


class TestPause:
    async def test_a_paused_training_waits_and_goes_on(self, passengers: Dataset) -> None:
        disco = disco_of(passengers, NoMemory())
        events = disco.events()
        async for event in events:
            if isinstance(event, BatchTrained):
                break
        disco.pause()
        assert await anext(events) == StatusChanged(status="paused")
        coming = asyncio.ensure_future(anext(events))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not coming.done()
        disco.resume()
        assert await coming == StatusChanged(status="local training")
        rest = [event async for event in events]
        await disco.close()
        assert isinstance(rest[0], BatchTrained)
        assert rest[0].batch == 2
        uninterrupted, _ = await trained(disco_of(passengers, NoMemory()))
        assert disco.result is not None
        assert disco.result.weights.sha256() == uninterrupted.weights.sha256()

    async def test_a_paused_training_can_be_closed(self, passengers: Dataset) -> None:
        disco = disco_of(passengers, NoMemory())
        disco.pause()
        reading = asyncio.ensure_future(read(disco, BatchTrained, 1))
        for _ in range(50):
            await asyncio.sleep(0)
        await disco.close()
        assert not any(isinstance(event, BatchTrained) for event in await reading)


async def _read_on(disco: Disco, is_training: asyncio.Event) -> None:
    async for event in disco.events():
        if isinstance(event, BatchTrained):
            is_training.set()


class TestClosing:
    async def test_nothing_is_left_behind(self, passengers: Dataset, memory: DiskMemory) -> None:
        disco = disco_of(passengers, memory, epochs=1000)
        is_training = asyncio.Event()
        reading = asyncio.ensure_future(_read_on(disco, is_training))
        await is_training.wait()
        await disco.close()
        await reading
        await disco.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not [thread for thread in threading.enumerate() if "disco-" in thread.name]

    async def test_a_reader_that_is_cancelled_leaves_nothing_behind(
        self, passengers: Dataset, memory: DiskMemory
    ) -> None:
        disco = disco_of(passengers, memory, epochs=1000)
        is_training = asyncio.Event()
        reading = asyncio.ensure_future(_read_on(disco, is_training))
        await is_training.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await disco.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not [thread for thread in threading.enumerate() if "disco-" in thread.name]
        assert memory.checkpoint_slot("titanic-local").read() is not None

    async def test_closing_what_never_began(self, passengers: Dataset, memory: DiskMemory) -> None:
        disco = disco_of(passengers, memory)
        await disco.close()
        assert disco.result is None


async def test_other_data_cannot_be_gone_on_with(passengers: Dataset, memory: DiskMemory) -> None:
    from disco_desktop.engine.dataset.dataset import load_dataset
    from disco_desktop.engine.dataset.share import Share

    disco = disco_of(passengers, memory)
    await read(disco, EpochTrained, 1)
    await disco.close()
    half = load_dataset(TASK, PROVIDER.sample_data(), share=Share(1, 2))
    with pytest.raises(DataError) as raised:
        await trained(disco_of(half, memory, resume=True))
    assert raised.value.code == "data_changed"
