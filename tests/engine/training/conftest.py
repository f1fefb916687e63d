"""The Titanic's passengers, and trainings of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from disco_desktop.engine.client.client import LocalClient
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.training.disco import Disco
from disco_desktop.engine.training.settings import TrainingSettings

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.client.client import Client
    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.events import Event
    from disco_desktop.engine.memory.memory import Memory
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.training.result import TrainingResult

PROVIDER = task_provider("titanic")
TASK = PROVIDER.get_task()


@pytest.fixture(scope="session")
def passengers() -> Dataset:
    return load_dataset(TASK, PROVIDER.sample_data())


@pytest.fixture
def memory(tmp_path: Path) -> DiskMemory:
    return DiskMemory(tmp_path / "memory")


def settings_of(**changes: int) -> TrainingSettings:
    given = {"epochs": 3, "round_duration": 2, "batch_size": 64, "seed": 1, "threads": 1}
    return TrainingSettings(**(given | changes))


def disco_of(
    dataset: Dataset,
    memory: Memory,
    client: Client | None = None,
    *,
    resume: bool = False,
    slot: str | None = None,
    task: Task = TASK,
    **settings: int,
) -> Disco:
    """A training of the Titanic task, alone unless a client is given."""
    return Disco(
        task,
        dataset,
        client or LocalClient(initial_weights(TASK, seed=0)),
        memory=memory,
        settings=settings_of(**settings),
        resume=resume,
        slot=slot,
        device="cpu",
    )


async def trained(disco: Disco) -> tuple[TrainingResult, list[Event]]:
    """Train to the end."""
    try:
        events = [event async for event in disco.events()]
    finally:
        await disco.close()
    assert disco.result is not None
    return disco.result, events


async def read(disco: Disco, kind: type, count: int) -> list[Event]:
    """Read events until `count` of a kind have come."""
    events: list[Event] = []
    if count:
        async for event in disco.events():
            events.append(event)
            count -= isinstance(event, kind)
            if not count:
                break
    return events
