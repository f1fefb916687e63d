"""Learning from pictures: from files on the disk to epochs, and from a frozen backbone."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.training.disco import Disco

PICTURES = 4_000
LEAST_COLD = 2_500.0  # pictures a second, from PNG files to the end of the first epoch
LEAST_RATIO = 0.9  # of the plain loop, in later epochs
LEAST_ACCURACY = 0.96
LEAST_SPEEDUP = 50.0  # of an epoch on features, against one that trains all weights
THREADS = 1  # for a network of this size a second one is of no use


def run(setting: Setting) -> Iterator[Result]:
    """Measure MNIST from a cold folder, MNIST together, and a frozen backbone."""
    os.environ["DISCO_HOME"] = str(setting.folder / "home")
    try:
        folder = _digits(setting.folder / "digits")
        yield from _cold_and_warm(folder, setting)
        yield _together(folder, setting)
        yield _frozen(setting)
    finally:
        del os.environ["DISCO_HOME"]


def _digits(folder: Path) -> Path:
    """Copy 400 pictures of each digit."""
    from disco_desktop.engine.default_tasks.registry import task_provider

    source = task_provider("mnist").sample_data()
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for path in sorted((source / str(digit)).iterdir())[: PICTURES // 10]:
            shutil.copy(path, folder / str(digit) / path.name)
    return folder


def _cold_and_warm(folder: Path, setting: Setting) -> Iterator[Result]:
    from disco_desktop.engine.dataset.dataset import load_dataset
    from disco_desktop.engine.default_tasks.registry import task_provider
    from tests.benchmarks.plain_pictures import PlainPictures

    task = task_provider("mnist").get_task()
    cold: list[float] = []
    for _ in range(1 if setting.is_quick else 3):
        shutil.rmtree(setting.folder / "home" / "cache" / "pictures", ignore_errors=True)
        began = time.perf_counter()
        dataset = load_dataset(task, folder)
        asyncio.run(_epochs(_disco(task, dataset, epochs=1), 1))
        cold.append(time.perf_counter() - began)
    began = time.perf_counter()
    dataset = load_dataset(task, folder)
    warm = time.perf_counter() - began
    speed = PICTURES / min(cold)
    yield Result(
        name="first epoch, cold",
        unit="pictures/s",
        ours=speed,
        target=f"at least {LEAST_COLD:g}",
        is_met=speed >= LEAST_COLD,
        note=f"decoded once; opening them again takes {warm:.2f} s",
        samples={"seconds": cold},
    )
    plain = PlainPictures(
        dataset,
        batch_size=task.training.batch_size,
        learning_rate=task.training.optimizer.learning_rate,
    )
    count = 4 if setting.is_quick else 12
    ours, theirs = asyncio.run(_alternating(_disco(task, dataset, epochs=count + 1), plain, count))
    ratio = median(other / own for own, other in zip(ours, theirs, strict=True))
    yield Result(
        name="later epochs",
        unit="pictures/s",
        ours=PICTURES / median(ours),
        reference=PICTURES / median(theirs),
        ratio=ratio,
        target=f"ratio at least {LEAST_RATIO:g}",
        is_met=ratio >= LEAST_RATIO,
        samples={"ours": ours, "reference": theirs},
    )


def _disco(task: Task, dataset: Dataset, *, epochs: int, threads: int = THREADS) -> Disco:
    from disco_desktop.engine.client.client import LocalClient
    from disco_desktop.engine.memory.memory import NoMemory
    from disco_desktop.engine.models.initialise import initial_weights
    from disco_desktop.engine.training.disco import Disco
    from disco_desktop.engine.training.settings import TrainingSettings

    settings = TrainingSettings.of(
        task, epochs=epochs, round_duration=epochs, seed=0, threads=threads
    )
    client = LocalClient(initial_weights(task, seed=0))
    return Disco(task, dataset, client, memory=NoMemory(), settings=settings, device="cpu")


async def _epochs(disco: Disco, count: int) -> list[float]:
    """Return the seconds of so many epochs, validation included."""
    seconds = []
    events = disco.events()
    try:
        for _ in range(count):
            seconds.append(await _epoch(events))
    finally:
        await disco.close()
    return seconds


async def _epoch(events: object) -> float:
    from disco_desktop.engine.events import EpochTrained

    began = time.perf_counter()
    async for event in events:
        if isinstance(event, EpochTrained):
            return time.perf_counter() - began
    raise RuntimeError("the training ended early")


async def _alternating(disco: Disco, plain: object, count: int) -> tuple[list[float], list[float]]:
    """Return the seconds of our epochs and of the plain loop's; the first do not count."""
    ours, theirs = [], []
    events = disco.events()
    try:
        for _ in range(count + 1):
            ours.append(await _epoch(events))
            began = time.perf_counter()
            plain.train_epoch()
            theirs.append(time.perf_counter() - began)
    finally:
        await disco.close()
    return ours[1:], theirs[1:]


def _together(folder: Path, setting: Setting) -> Result:
    """Two participants through the bundled server, with the task's own epochs."""
    result = setting.folder / "together.json"
    began = time.perf_counter()
    subprocess.run(
        [
            sys.executable, "-m", "disco_desktop", "train", "mnist", "--data", folder,
            "--users", "2", "--scheme", "federated", "--seed", "1", "--json", result,
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    participants = json.loads(result.read_text())["participants"]
    accuracy = min(one["global"]["accuracy"] for one in participants)
    return Result(
        name="two participants, 20 epochs",
        unit="accuracy",
        ours=accuracy,
        target=f"at least {LEAST_ACCURACY:g}",
        is_met=accuracy >= LEAST_ACCURACY,
        note=f"{seconds:.0f} s in all",
    )


def _frozen(setting: Setting) -> Result:
    """Epochs of the last layer after the first, against epochs of all layers."""
    from disco_desktop.engine.dataset.dataset import load_dataset
    from disco_desktop.engine.default_tasks.registry import task_provider

    provider = task_provider("cifar10")
    task = provider.get_task()
    whole = msgspec.structs.replace(task, model=msgspec.structs.replace(task.model, trained="all"))
    dataset = load_dataset(task, provider.sample_data())
    first, *later = asyncio.run(
        _epochs(_disco(task, dataset, epochs=6, threads=os.cpu_count() or 1), 6)
    )
    count = 1 if setting.is_quick else 2
    full = asyncio.run(
        _epochs(_disco(whole, dataset, epochs=count, threads=os.cpu_count() or 1), count)
    )
    pictures = len(dataset.training) + len(dataset.validation)
    ratio = min(full) / median(later)
    return Result(
        name="last layer, later epochs",
        unit="pictures/s",
        ours=pictures / median(later),
        reference=pictures / min(full),
        ratio=ratio,
        target=f"at least {LEAST_SPEEDUP:g} times as fast as all layers",
        is_met=ratio >= LEAST_SPEEDUP,
        note=f"the first epoch took {first:.1f} s, one of all layers {min(full):.1f} s",
        samples={"last layer": later, "all layers": full},
    )


BENCHMARK = Benchmark(
    name="pictures", title="Learning from pictures, against a plain PyTorch loop", run=run
)
