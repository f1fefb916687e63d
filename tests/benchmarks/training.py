"""The training loop, its events consumed, against a plain PyTorch loop of the same network.

Both train on the same samples with the same optimizer and one thread, in the same process. Since
our stream of events never runs ahead of its reader, their epochs alternate.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.result import Result

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from disco_desktop.engine.dataset.samples import Dataset, Samples
    from disco_desktop.engine.events import Event

LEAST_RATIO = 0.95
COPIES = 12  # of the passengers, so that an epoch of large batches can be timed
BATCH_SIZES = (8, 32, 128, 512)


def run(setting: Setting) -> Iterator[Result]:
    """Measure each size of batch."""
    dataset = _dataset()
    for batch_size in BATCH_SIZES:
        # An epoch of large batches is short, so more of them are timed.
        epochs = 3 + batch_size // 16 if setting.is_quick else 12 + batch_size // 3
        ours, plain = asyncio.run(
            _measure(dataset, batch_size, epochs, setting.folder / str(batch_size))
        )
        samples = len(dataset.training)
        # Epochs that follow each other share the machine's mood: the ratio is that of pairs.
        ratio = median(other / own for own, other in zip(ours, plain, strict=True))
        yield Result(
            name=f"batches of {batch_size}",
            unit="samples/s",
            ours=samples / median(ours),
            reference=samples / median(plain),
            ratio=ratio,
            target=f"ratio at least {LEAST_RATIO:g}",
            is_met=ratio >= LEAST_RATIO,
            samples={"ours": ours, "reference": plain},
        )


def _dataset() -> Dataset:
    from disco_desktop.engine.dataset.dataset import load_dataset
    from disco_desktop.engine.default_tasks.registry import task_provider

    provider = task_provider("titanic")
    dataset = load_dataset(provider.get_task(), provider.sample_data())
    return replace(dataset, training=_repeated(dataset.training))


def _repeated(samples: Samples) -> Samples:
    return replace(
        samples,
        features=np.tile(samples.features, (COPIES, 1)),
        targets=np.tile(samples.targets, COPIES),
        rows=np.tile(samples.rows, COPIES),
    )


async def _measure(
    dataset: Dataset, batch_size: int, epochs: int, folder: Path
) -> tuple[list[float], list[float]]:
    """Return the seconds of our epochs and of the plain loop's; the first do not count."""
    from disco_desktop.engine.client.client import LocalClient
    from disco_desktop.engine.default_tasks.registry import task_provider
    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.models.network import build_network, read_weights
    from disco_desktop.engine.training.disco import Disco
    from disco_desktop.engine.training.settings import TrainingSettings
    from tests.benchmarks.plain_training import PlainTraining

    task = task_provider("titanic").get_task()
    count = epochs + 1
    settings = TrainingSettings(
        epochs=count + 1, round_duration=count + 1, batch_size=batch_size, seed=0, threads=1
    )
    client = LocalClient(read_weights(build_network(task)))
    disco = Disco(task, dataset, client, memory=DiskMemory(folder), settings=settings, device="cpu")
    plain = PlainTraining(
        dataset, batch_size=batch_size, learning_rate=task.training.optimizer.learning_rate
    )
    events = disco.events()
    seconds: tuple[list[float], list[float]] = ([], [])
    try:
        for _ in range(count):
            began = time.perf_counter()
            await _read_epoch(events)
            between = time.perf_counter()
            plain.train_epoch()
            seconds[0].append(between - began)
            seconds[1].append(time.perf_counter() - between)
    finally:
        await disco.close()
    return seconds[0][1:], seconds[1][1:]


async def _read_epoch(events: AsyncIterator[Event]) -> None:
    """Read events until an epoch has ended, which trains it."""
    from disco_desktop.engine.events import EpochTrained

    async for event in events:
        if isinstance(event, EpochTrained):
            return
    raise RuntimeError("the training ended early")


BENCHMARK = Benchmark(
    name="training", title="The training loop, against a plain PyTorch loop", run=run
)
