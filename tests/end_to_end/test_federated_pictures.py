"""Participants learn from pictures together, over real sockets."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from PIL import Image

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.network import manifest_of
from disco_desktop.engine.task.privacy import Privacy
from disco_desktop.engine.training.disco import Disco
from disco_desktop.engine.training.settings import TrainingSettings
from tests.engine.training.conftest import trained
from tests.server.running_server import RunningServer, running_server

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.training.result import TrainingResult


async def train(
    server: RunningServer, folder: Path, share: Share, **settings: int
) -> TrainingResult:
    task = server.task
    client = FederatedClient(
        task, manifest_of(task), ServerAddress(server.url), Identity.generate()
    )
    disco = Disco(
        task,
        load_dataset(task, folder, share=share),
        client,
        memory=NoMemory(),
        settings=TrainingSettings.of(task, seed=share.number, threads=1, **settings),
    )
    return (await trained(disco))[0]


async def train_together(
    tmp_path: Path, task: Task, folder: Path, users: int, **settings: int
) -> list[TrainingResult]:
    initial = initial_weights(task, seed=0)
    async with running_server(tmp_path, initial=initial, task=task) as server:
        return await asyncio.gather(
            *(
                train(server, folder, Share(number, users), **settings)
                for number in range(1, users + 1)
            )
        )


def with_training(task: Task, *, epochs: int, round_duration: int, users: int) -> Task:
    training = msgspec.structs.replace(task.training, epochs=epochs, round_duration=round_duration)
    collaboration = msgspec.structs.replace(
        task.collaboration, scheme="federated", minimum_participants=users
    )
    return msgspec.structs.replace(task, training=training, collaboration=collaboration)


async def test_two_learn_of_lungs_in_rounds_of_four_epochs(tmp_path: Path) -> None:
    """F3: sixteen epochs, and both end with the same weights, which tell something."""
    provider = task_provider("lus_covid")
    task = with_training(provider.get_task(), epochs=16, round_duration=4, users=2)
    folder = await asyncio.to_thread(provider.sample_data)
    results = await train_together(tmp_path, task, folder, 2)
    assert len({result.weights.sha256() for result in results}) == 1
    for result in results:
        assert len(result.rounds) == 4
        assert result.rounds[-1].participants == 2
        assert result.final_validation.accuracy > 0.6


async def test_three_train_the_last_layer_of_cifar10_for_one_round(tmp_path: Path) -> None:
    """F1: final weights of all three are equal, and what is frozen is as it was, noise or not."""
    provider = task_provider("cifar10")
    whole = with_training(provider.get_task(), epochs=2, round_duration=2, users=3)
    privacy = Privacy(clipping_norm=20.0, noise_multiplier=1e-3)
    together = msgspec.structs.replace(whole.collaboration, privacy=privacy)
    whole = msgspec.structs.replace(whole, collaboration=together)
    # Smaller pictures take a tenth of the time, and all else is the same.
    task = msgspec.structs.replace(
        whole, data=msgspec.structs.replace(whole.data, height=64, width=64)
    )
    folder = tmp_path / "some"
    source = await asyncio.to_thread(provider.sample_data)
    for label in task.data.values:
        (folder / label).mkdir(parents=True)
        for path in sorted((source / label).iterdir())[:9]:
            os.link(path, folder / label / path.name)
    initial = initial_weights(task, seed=0)
    results = await train_together(tmp_path, task, folder, 3)
    assert len({result.weights.sha256() for result in results}) == 1
    for name, _, place in initial.manifest.slices():
        is_same = np.array_equal(initial.buffer[place], results[0].weights.buffer[place])
        assert is_same == name.startswith("backbone"), name
    assert results[0].epochs[-1].training.loss < results[0].epochs[0].training.loss


@pytest.mark.parametrize("kind", ["mnist"])
async def test_the_same_seed_gives_the_same_bits(tmp_path: Path, kind: str) -> None:
    from disco_desktop.engine.client.client import LocalClient

    task = task_provider(kind).get_task()
    chance = np.random.default_rng(3)
    for label in task.data.values:
        (tmp_path / "data" / label).mkdir(parents=True)
        for number in range(6):
            pixels = chance.integers(0, 256, (28, 28), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "data" / label / f"{number}.png")
    digests = set()
    for _ in range(2):
        disco = Disco(
            task,
            load_dataset(task, tmp_path / "data"),
            LocalClient(initial_weights(task, seed=0)),
            memory=NoMemory(),
            settings=TrainingSettings.of(task, epochs=2, seed=4, threads=2),
        )
        digests.add((await trained(disco))[0].weights.sha256())
    assert len(digests) == 1
