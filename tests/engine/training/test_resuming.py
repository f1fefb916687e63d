from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from disco_desktop.engine.client.client import LocalClient
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.events import BatchTrained, EpochTrained, RoundEnded
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.training.disco import Disco
from tests.engine.training.conftest import PROVIDER, TASK, disco_of, read, trained

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.training.result import TrainingResult

BATCHES = 12  # an epoch of the passengers, 64 at a time


@pytest.fixture(scope="module")
def uninterrupted() -> TrainingResult:
    """What a training comes to that nobody interrupts."""
    dataset = load_dataset(TASK, PROVIDER.sample_data())
    return asyncio.run(trained(disco_of(dataset, NoMemory())))[0]


async def interrupt(
    dataset: Dataset, memory: DiskMemory, kind: type, count: int, **options: bool
) -> None:
    disco = disco_of(dataset, memory, **options)
    await read(disco, kind, count)
    await disco.close()


def assert_same(result: TrainingResult, other: TrainingResult) -> None:
    assert result.weights.sha256() == other.weights.sha256()
    assert result.final_validation == other.final_validation
    for own, others in zip(result.epochs, other.epochs, strict=True):
        assert (own.epoch, own.round) == (others.epoch, others.round)
        assert (own.training, own.validation) == (others.training, others.validation)
    assert [ended.round for ended in result.rounds] == [ended.round for ended in other.rounds]


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (BatchTrained, 1),
        (BatchTrained, 7),
        (BatchTrained, BATCHES),
        (BatchTrained, 2 * BATCHES + 3),
        (BatchTrained, 3 * BATCHES),
        (EpochTrained, 1),
        (EpochTrained, 2),
        (EpochTrained, 3),
        (RoundEnded, 1),
    ],
)
async def test_an_interrupted_training_ends_as_if_it_had_not_been(
    passengers: Dataset,
    memory: DiskMemory,
    uninterrupted: TrainingResult,
    kind: type,
    count: int,
) -> None:
    await interrupt(passengers, memory, kind, count)
    result, _ = await trained(disco_of(passengers, memory, resume=True))
    assert_same(result, uninterrupted)
    assert result.is_complete


async def test_interrupted_again_and_again(
    passengers: Dataset, memory: DiskMemory, uninterrupted: TrainingResult
) -> None:
    for _ in range(6):
        await interrupt(passengers, memory, BatchTrained, 5, resume=True)
    result, events = await trained(disco_of(passengers, memory, resume=True))
    assert_same(result, uninterrupted)
    assert sum(isinstance(event, BatchTrained) for event in events) == 3 * BATCHES - 30


async def test_what_came_before_is_told_again(passengers: Dataset, memory: DiskMemory) -> None:
    disco = disco_of(passengers, memory)
    before = await read(disco, BatchTrained, 2 * BATCHES + 1)
    await disco.close()
    _, after = await trained(disco_of(passengers, memory, resume=True))
    kinds = EpochTrained | RoundEnded
    first = next(event for event in after if isinstance(event, BatchTrained))
    again = [event for event in after[: after.index(first)] if isinstance(event, kinds)]
    assert again == [event for event in before if isinstance(event, kinds)]
    assert (first.round, first.epoch, first.batch) == (2, 3, 2)


async def test_the_model_stays_one_and_the_same(passengers: Dataset, memory: DiskMemory) -> None:
    disco = disco_of(passengers, memory)
    await read(disco, RoundEnded, 1)
    await disco.close()
    (record,) = memory.list()
    result, _ = await trained(disco_of(passengers, memory, resume=True))
    assert [(kept.id, kept.rounds) for kept in memory.list()] == [(record.id, 2)]
    assert result.model is not None
    assert result.model.id == record.id


async def test_the_settings_are_those_of_the_checkpoint(
    passengers: Dataset, memory: DiskMemory, uninterrupted: TrainingResult
) -> None:
    await interrupt(passengers, memory, BatchTrained, 3)
    resumed = disco_of(passengers, memory, resume=True, seed=99, epochs=50, batch_size=7)
    result, _ = await trained(resumed)
    assert_same(result, uninterrupted)


async def test_a_seed_that_was_drawn_is_kept(passengers: Dataset, memory: DiskMemory) -> None:
    disco = disco_of(passengers, memory, seed=None)  # type: ignore[arg-type]
    await read(disco, BatchTrained, 3)
    await disco.close()
    found = memory.checkpoint_slot("titanic-local").read()
    assert found is not None
    seed = msgspec.json.decode(found[1]["state"])["settings"]["seed"]
    result, _ = await trained(disco_of(passengers, memory, resume=True))
    again, _ = await trained(disco_of(passengers, NoMemory(), seed=seed))
    assert_same(result, again)


async def test_where_nothing_was_begun_it_begins(
    passengers: Dataset, memory: DiskMemory, uninterrupted: TrainingResult
) -> None:
    result, _ = await trained(disco_of(passengers, memory, resume=True))
    assert_same(result, uninterrupted)


async def test_without_resuming_it_begins_afresh(
    passengers: Dataset, memory: DiskMemory, uninterrupted: TrainingResult
) -> None:
    await interrupt(passengers, memory, BatchTrained, 20)
    result, events = await trained(disco_of(passengers, memory))
    assert_same(result, uninterrupted)
    assert sum(isinstance(event, BatchTrained) for event in events) == 3 * BATCHES


async def test_a_damaged_checkpoint_costs_no_more_than_the_way_from_the_one_before(
    passengers: Dataset,
    memory: DiskMemory,
    uninterrupted: TrainingResult,
    expect_log: Callable[[str], None],
) -> None:
    await interrupt(passengers, memory, BatchTrained, 5)
    await interrupt(passengers, memory, BatchTrained, 5, resume=True)
    folder = memory.root / "checkpoints" / "titanic-local"
    newest = max(folder.glob("*.safetensors"), key=lambda path: path.stat().st_mtime_ns)
    newest.write_bytes(newest.read_bytes()[:-100])
    expect_log("a checkpoint was damaged")
    result, _ = await trained(disco_of(passengers, memory, resume=True))
    assert_same(result, uninterrupted)


async def test_a_checkpoint_of_another_version_is_not_guessed_at(
    passengers: Dataset, memory: DiskMemory
) -> None:
    await interrupt(passengers, memory, BatchTrained, 5)
    slot = memory.checkpoint_slot("titanic-local")
    found = slot.read()
    assert found is not None
    slot.write(found[0], found[1] | {"format": "disco-checkpoint-9"})
    with pytest.raises(ModelError) as raised:
        await trained(disco_of(passengers, memory, resume=True))
    assert raised.value.code == "training_newer"
    assert slot.read() is not None


async def test_a_changed_task_is_another_training(passengers: Dataset, memory: DiskMemory) -> None:
    await interrupt(passengers, memory, BatchTrained, 5)
    changed = msgspec.structs.replace(
        TASK, display=msgspec.structs.replace(TASK.display, summary="another")
    )
    client = LocalClient(initial_weights(TASK, seed=0))
    disco = Disco(changed, passengers, client, memory=memory, resume=True, device="cpu")
    with pytest.raises(ModelError) as raised:
        await trained(disco)
    assert raised.value.code == "checkpoint_of_other_task"


TRAIN = """
import asyncio, sys
from pathlib import Path
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.events import BatchTrained
from disco_desktop.engine.memory.disk_memory import DiskMemory
from tests.engine.training.conftest import PROVIDER, TASK, disco_of

async def main():
    dataset = load_dataset(TASK, PROVIDER.sample_data())
    disco = disco_of(dataset, DiskMemory(Path(sys.argv[1])), resume=True, epochs=120)
    async for event in disco.events():
        if isinstance(event, BatchTrained):
            print(event.epoch, event.batch, flush=True)

asyncio.run(main())
"""


def _train_and_kill(root: Path, *, after: int) -> None:
    command = [sys.executable, "-c", TRAIN, str(root)]
    project = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        for line in program.stdout:
            if int(line.split()[0]) > after:
                break
        program.kill()


async def test_a_training_that_is_killed_twice_loses_nothing(
    passengers: Dataset, memory: DiskMemory
) -> None:
    for epochs in (40, 80):
        _train_and_kill(memory.root, after=epochs)
    result, _ = await trained(disco_of(passengers, memory, resume=True, epochs=120))
    uninterrupted, _ = await trained(disco_of(passengers, NoMemory(), epochs=120))
    assert_same(result, uninterrupted)
