"""gpt-nano: training against a plain loop of the same network, generation, and peak memory.

Both loops take the same blocks in the same process, their steps in turn, so that they share the
machine's mood. The variants of the plain loop have one of our changes each.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from msgspec import structs

from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.result import Result

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.events import Event

LEAST_RATIO = 1.8
LEAST_GENERATED = 430.0  # tokens/s: ten times what DISCO was measured at
MOST_MEMORY = 1_000.0  # MB
BATCH_SIZE = 8
VARIANTS = {
    "a loss in pieces alone": "pieces",
    "a loss in pieces of bfloat16 alone": "pieces16",
    "a fused optimizer alone": "fused",
}


def run(setting: Setting) -> Iterator[Result]:
    """Measure training, each change alone, generation and memory."""
    dataset = _dataset()
    tokens = BATCH_SIZE * (dataset.training.features.shape[1] - 1)
    steps = 6 if setting.is_quick else 24
    ours, plain = asyncio.run(_measure(dataset, steps, setting.folder / "memory"))
    yield _compared("training, batches of 8", tokens, ours, plain, LEAST_RATIO)
    for name, change in VARIANTS.items():
        changed, plain = _measure_change(dataset, steps, change)
        yield _compared(name, tokens, changed, plain, None)
    yield _generation(64 if setting.is_quick else 400)
    yield _memory()


def _compared(
    name: str, tokens: int, ours: list[float], plain: list[float], target: float | None
) -> Result:
    ratio = median(other / own for own, other in zip(ours, plain, strict=True))
    return Result(
        name=name,
        unit="tokens/s",
        ours=tokens / median(ours),
        reference=tokens / median(plain),
        ratio=ratio,
        target=None if target is None else f"ratio at least {target:g}",
        is_met=None if target is None else ratio >= target,
        samples={"ours": ours, "reference": plain},
    )


def _dataset() -> Dataset:
    from disco_desktop.engine.dataset.dataset import load_dataset
    from disco_desktop.engine.default_tasks.registry import task_provider

    provider = task_provider("wikitext")
    return load_dataset(provider.get_task(), provider.sample_data())


async def _measure(dataset: Dataset, steps: int, folder: Path) -> tuple[list[float], list[float]]:
    """Return the seconds of our steps and of the plain loop's; the first do not count."""
    from disco_desktop.engine.client.client import LocalClient
    from disco_desktop.engine.default_tasks.registry import task_provider
    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.models.initialise import initial_weights
    from disco_desktop.engine.training.disco import Disco
    from disco_desktop.engine.training.settings import TrainingSettings
    from tests.benchmarks.plain_language import PlainLanguageTraining

    task = task_provider("wikitext").get_task()
    # As people train who give no seed: what this machine is fastest with is measured first.
    settings = structs.replace(TrainingSettings.of(task), is_measured=True)
    client = LocalClient(initial_weights(task, seed=0))
    disco = Disco(task, dataset, client, memory=DiskMemory(folder), settings=settings, device="cpu")
    plain = PlainLanguageTraining(task, dataset)
    events = disco.events()
    seconds: tuple[list[float], list[float]] = ([], [])
    try:
        for _ in range(steps + 2):
            began = time.perf_counter()
            await _read_batch(events)
            between = time.perf_counter()
            plain.step()
            seconds[0].append(between - began)
            seconds[1].append(time.perf_counter() - between)
    finally:
        await disco.close()
    return seconds[0][2:], seconds[1][2:]


async def _read_batch(events: AsyncIterator[Event]) -> None:
    """Read events until a batch is trained."""
    from disco_desktop.engine.events import BatchTrained

    async for event in events:
        if isinstance(event, BatchTrained):
            return
    raise RuntimeError("the training ended early")


def _measure_change(dataset: Dataset, steps: int, change: str) -> tuple[list[float], list[float]]:
    """Return the seconds of the steps of a changed plain loop, and of the plain one."""
    from disco_desktop.engine.default_tasks.registry import task_provider
    from tests.benchmarks.plain_language import PlainLanguageTraining

    task = task_provider("wikitext").get_task()
    loops = [PlainLanguageTraining(task, dataset, change=one) for one in (change, "")]
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(steps + 1):
        for loop, taken in zip(loops, seconds, strict=True):
            began = time.perf_counter()
            loop.step()
            taken.append(time.perf_counter() - began)
    return seconds[0][1:], seconds[1][1:]


def _generation(tokens: int) -> Result:
    from disco_desktop.engine.default_tasks.registry import task_provider
    from disco_desktop.engine.models.initialise import initial_weights
    from disco_desktop.engine.validation.generation import GenerationSettings, Generator

    task = task_provider("wikitext").get_task()
    generator = Generator(task, initial_weights(task, seed=0), device="cpu")
    settings = GenerationSettings(tokens=tokens)
    list(generator.tokens("The state of the Union", GenerationSettings(tokens=8)))
    began = time.perf_counter()
    count = sum(1 for _ in generator.tokens("The state of the Union", settings))
    rate = count / (time.perf_counter() - began)
    return Result(
        name="generation, one text",
        unit="tokens/s",
        ours=rate,
        target=f"at least {LEAST_GENERATED:g}",
        is_met=rate >= LEAST_GENERATED,
    )


def _memory() -> Result:
    """Measure a process that does nothing but train and validate."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.language_process"],
        capture_output=True,
        text=True,
        check=True,
    )
    peak = float(done.stdout)
    return Result(
        name="peak memory of a process that trains",
        unit="MB",
        ours=peak,
        target=f"less than {MOST_MEMORY:g}",
        is_met=peak < MOST_MEMORY,
    )


BENCHMARK = Benchmark(name="language", title="gpt-nano, against a plain PyTorch loop", run=run)
