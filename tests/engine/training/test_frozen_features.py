"""A frozen backbone's features are computed once, and training on them is training the head."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from disco_desktop.engine.cache_folder import cache_folder
from disco_desktop.engine.client.client import LocalClient
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.backbone import Backbone
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.network import build_network, load_weights, read_weights
from disco_desktop.engine.task.backbone import MobileNetV2
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.outcome import ClassOutcome
from disco_desktop.engine.task.task import (
    Collaboration,
    Display,
    StochasticGradientDescent,
    Task,
    Training,
)
from disco_desktop.engine.training.disco import Disco
from disco_desktop.engine.training.settings import TrainingSettings
from tests.engine.training.conftest import trained
from tests.engine.training.meeting import Meeting, MeetingClient

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from disco_desktop.engine.client.client import Client
    from disco_desktop.engine.dataset.samples import Dataset

TASK = Task(
    id="frozen",
    display=Display(title="Frozen"),
    data=ImageData(
        height=64,
        width=64,
        outcome=ClassOutcome(name="kind", values=("a", "b"), labels=("a", "b")),
    ),
    model=MobileNetV2(width=0.1, trained="head", dropout=0.0),
    training=Training(
        epochs=3,
        round_duration=1,
        batch_size=7,
        validation_split=0.25,
        optimizer=StochasticGradientDescent(learning_rate=0.1),
    ),
    collaboration=Collaboration(scheme="federated"),
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    from PIL import Image

    folder = tmp_path_factory.mktemp("frozen")
    chance = np.random.default_rng(1)
    for label, brightness in (("a", 60), ("b", 200)):
        (folder / label).mkdir()
        for number in range(30):
            noise = chance.integers(-50, 50, (64, 64, 3)) + brightness
            Image.fromarray(noise.astype(np.uint8)).save(folder / label / f"{number}.png")
    return load_dataset(TASK, folder)


def disco_of(dataset: Dataset, client: Client | None = None, **settings: int) -> Disco:
    given = {"epochs": 3, "round_duration": 1, "batch_size": 7, "seed": 5, "threads": 1}
    return Disco(
        TASK,
        dataset,
        client or LocalClient(initial_weights(TASK, seed=0)),
        memory=NoMemory(),
        settings=TrainingSettings(**(given | settings)),
        device="cpu",
    )


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many samples the backbone has seen, call by call."""
    counts: list[int] = []
    real = Backbone.forward

    def forward(backbone, pictures):
        counts.append(len(pictures))
        return real(backbone, pictures)

    monkeypatch.setattr(Backbone, "forward", forward)
    return counts


async def test_each_sample_is_looked_at_once(dataset: Dataset, looked_at: list[int]) -> None:
    result, _ = await trained(disco_of(dataset))
    assert sum(looked_at) == len(dataset.training) + len(dataset.validation)
    assert result.epochs[-1].training.loss < result.epochs[0].training.loss


async def test_only_the_head_changes_and_as_it_would_by_itself(dataset: Dataset) -> None:
    result, _ = await trained(disco_of(dataset, epochs=1))
    start = initial_weights(TASK, seed=0)
    changed = {
        name
        for name, _, place in start.manifest.slices()
        if not np.array_equal(start.buffer[place], result.weights.buffer[place])
    }
    assert changed == {"head.1.weight", "head.1.bias"}
    network = build_network(TASK)
    load_weights(network, start)
    network.train()
    optimizer = torch.optim.SGD(network.head.parameters(), lr=0.1)
    from disco_desktop.engine.training.random_state import epoch_order

    samples = dataset.training
    pixels = torch.from_numpy(samples.features[samples.places])
    targets = torch.from_numpy(samples.targets)
    for rows in epoch_order(len(samples), seed=5, epoch=1).split(7):
        optimizer.zero_grad()
        cross_entropy(network(pixels[rows]), targets[rows]).backward()
        optimizer.step()
    expected = read_weights(network)
    assert np.allclose(result.weights.buffer, expected.buffer, atol=1e-4)


async def test_a_later_training_finds_the_features_and_gives_the_same_bits(
    dataset: Dataset, looked_at: list[int]
) -> None:
    first, _ = await trained(disco_of(dataset))
    files = sorted(cache_folder("features").iterdir())
    assert len(files) == 2
    assert {file.suffix for file in files} == {".f32"}
    looked_at.clear()
    second, _ = await trained(disco_of(dataset))
    assert looked_at == []
    assert first.weights.sha256() == second.weights.sha256()
    await trained(disco_of(dataset, seed=6))
    assert looked_at == []


async def test_another_backbone_is_looked_through_anew(
    dataset: Dataset, looked_at: list[int]
) -> None:
    """Whoever takes part may send another backbone; then the old features are of no use."""
    meeting = Meeting(initial_weights(TASK, seed=0), minimum=1)
    other = initial_weights(TASK, seed=1)
    from dataclasses import replace

    def change(aggregate):
        return replace(aggregate, weights=other)

    result, _ = await trained(disco_of(dataset, MeetingClient(meeting, change=change), epochs=1))
    looked_at.clear()
    tested = build_network(TASK)
    load_weights(tested, result.weights)
    samples = dataset.validation
    with torch.inference_mode():
        logits = tested.eval()(torch.from_numpy(samples.features[samples.places]))
    right = (logits.argmax(dim=1) == torch.from_numpy(samples.targets)).sum().item()
    assert result.final_validation.accuracy == right / len(samples)


async def test_a_full_disk_is_told(
    dataset: Dataset, limit_file_size: Callable[[int | None], None], disco_home: Path
) -> None:
    from disco_desktop.engine.errors import StorageError

    limit_file_size(10_000)
    with pytest.raises(StorageError) as raised:
        await trained(disco_of(dataset))
    limit_file_size(None)
    assert raised.value.code == "cache_failed"
    assert list(os.listdir(disco_home / "cache" / "features")) == []
