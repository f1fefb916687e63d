"""Two participants learn from texts together, over real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.network import manifest_of
from disco_desktop.engine.task.gpt import GPT_SIZES
from disco_desktop.engine.task.text import TextData
from disco_desktop.engine.training.disco import Disco
from disco_desktop.engine.training.settings import TrainingSettings
from disco_desktop.resource_files import resource
from tests.server.running_server import RunningServer, running_server

if TYPE_CHECKING:
    from pathlib import Path

SPEECH = resource("tasks", "wikitext", "sample", "1790_george_washington_n.txt")


def disco_of(server: RunningServer, number: int) -> Disco:
    task = server.task
    client = FederatedClient(
        task, manifest_of(task), ServerAddress(server.url), Identity.generate()
    )
    return Disco(
        task,
        load_dataset(task, SPEECH, share=Share(number, 2)),
        client,
        memory=NoMemory(),
        settings=TrainingSettings.of(
            task, seed=1, threads=1, epochs=2, round_duration=2, batch_size=4
        ),
    )


async def trained(disco: Disco):
    try:
        async for _ in disco.events():
            pass
    finally:
        await disco.close()
    return disco.result


@pytest.mark.timeout(100)
async def test_the_loss_falls_and_all_end_with_the_same_weights(tmp_path: Path) -> None:
    """F4: gpt-nano itself, on texts of one speech."""
    task = task_provider("wikitext").get_task()
    task = msgspec.structs.replace(task, data=TextData(context=32))
    assert task.model == GPT_SIZES["gpt-nano"]
    initial = initial_weights(task, seed=0)
    async with running_server(tmp_path, initial=initial, task=task) as server:
        results = await asyncio.gather(*(trained(disco_of(server, n)) for n in (1, 2)))
    for result in results:
        assert len(result.rounds) == 1
        assert len(result.epochs) == 2
        assert result.epochs[0].training.loss > result.epochs[-1].training.loss
        assert result.epochs[0].training.loss < 11.5  # a little above ln 50,257, not half of it
        assert result.epochs[0].training.loss > 8
    assert results[0].weights.sha256() == results[1].weights.sha256()
    assert results[0].weights.sha256() != initial.sha256()
