"""What the tests of the assistant start from: real data, broken data, a model, a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from disco_desktop.app.processes.assistant_job import AssistantProcess
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import StoredModel
from disco_desktop.engine.models.network import build_network, read_weights
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

SAMPLE = resource("tasks", "titanic", "sample")

BROKEN = """Age,SibSp,Parch,Fare,Pclass,Survived
22,1,0,7.25,3,0
x,1,0,71.28,1,1
26,0,0,7.925,3,1
,0,0,8.05,3,0
35,0,0,8.05,3,maybe
"unclosed,0,0,1,1,1
54,0,0,51.86,1,0
2,3,1,21.075,3,0
27,0,2,"11,13",3,1
14,1,0,30.07,2,1
"""


@pytest.fixture
def titanic() -> Task:
    return task_provider("titanic").get_task()


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.csv"
    path.write_text(BROKEN)
    return path


@pytest.fixture
async def assistant() -> AsyncIterator[AssistantProcess]:
    process = await AssistantProcess.start()
    yield process
    await process.close()


@pytest.fixture(scope="session")
def untrained_model() -> StoredModel:
    """A model of the Titanic that has learnt nothing: what it says is as good as any."""
    task = task_provider("titanic").get_task()
    torch.manual_seed(1)
    return StoredModel(
        record=ModelRecord(
            id="0123456789abcdef",
            name="Titanic",
            task_id=task.id,
            task_title=task.display.title,
            created="2025-01-02T03:04:05Z",
            scheme="federated",
            rounds=5,
            epochs=10,
            participants=3,
        ),
        task=task,
        preprocessing=load_dataset(task, SAMPLE).preprocessing,
        history=History(),
        weights=read_weights(build_network(task)),
    )


@pytest.fixture
def memory(tmp_path: Path, untrained_model: StoredModel) -> DiskMemory:
    memory = DiskMemory(tmp_path / "memory")
    memory.save(untrained_model)
    return memory
