"""The model that a server gives to whoever asks can be kept and used, or it says what it lacks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import msgspec
import numpy as np
import pytest

from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.dataset.preprocessing import declared
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.disk_memory import DiskMemory
from tests.server.running_server import RunningServer, running_server, task_with, weights_of

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

INITIAL = weights_of([1.0, -2.0, 0.5])


async def downloaded(server: RunningServer, folder: Path) -> Path:
    """What a browser keeps of the task's model."""
    file = folder / "downloaded.safetensors"
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/tasks/{server.task.id}/model") as answer,
    ):
        file.write_bytes(await answer.read())
    return file


async def trained(server: RunningServer) -> np.ndarray:
    """Close a round between two; return the model."""

    async def contribute() -> np.ndarray:
        client = server.client()
        await client.connect()
        aggregate = await client.on_round_end_communication(
            weights_of([1.0, 2.0, 3.0]), base_round=0, samples=1
        )
        await client.disconnect()
        return aggregate.weights.buffer

    first, _ = await asyncio.gather(contribute(), contribute())
    return first


async def test_a_downloaded_model_is_kept_with_what_the_server_knows(tmp_path: Path) -> None:
    memory = DiskMemory(tmp_path / "memory")
    async with running_server(tmp_path, initial=INITIAL) as server:
        untrained = memory.import_file(await downloaded(server, tmp_path))
        values = await trained(server)
        record = memory.import_file(await downloaded(server, tmp_path))
        again = memory.import_file(await downloaded(server, tmp_path))
    assert (untrained.rounds, untrained.epochs, untrained.participants) == (0, 0, 1)
    assert (record.rounds, record.epochs, record.participants) == (1, 1, 2)
    assert record.task_id == "titanic"
    assert record.metrics is None
    assert len({untrained.id, record.id, again.id}) == 3
    model = memory.load(record.id)
    assert np.array_equal(model.weights.buffer, values)
    assert model.task == server.task
    assert model.preprocessing == declared(server.task.data)


@pytest.mark.parametrize("name", ["titanic", "breast_cancer", "heart_disease", "mnist", "wikitext"])
def test_tasks_of_our_own_declare_all(name: str) -> None:
    task = task_provider(name).get_task()
    preprocessing = declared(task.data)
    assert preprocessing is not None
    assert [column.name for column in preprocessing.columns] == [
        column.name for column in getattr(task.data, "inputs", ())
    ]


def undeclared_task() -> Task:
    """A task that leaves it to each participant how Age and Fare are scaled."""
    task = task_with()
    inputs = tuple(
        msgspec.structs.replace(column, scale=None) if column.name in {"Age", "Fare"} else column
        for column in task.data.inputs
    )
    return msgspec.structs.replace(task, data=msgspec.structs.replace(task.data, inputs=inputs))


async def test_what_a_model_lacks_is_said(tmp_path: Path) -> None:
    memory = DiskMemory(tmp_path / "memory")
    async with running_server(tmp_path, initial=INITIAL, task=undeclared_task()) as server:
        file = await downloaded(server, tmp_path)
    with pytest.raises(ModelError) as caught:
        memory.import_file(file)
    said = sentence(caught.value)
    assert "Age, Fare" in said
    assert "Train one round of titanic" in said
    assert memory.list() == []
    assert file.exists()
