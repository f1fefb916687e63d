"""Encoding, decoding and averaging updates of 100 MB, against copying memory."""

from __future__ import annotations

import time
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.aggregator.aggregator import Contribution
from disco_desktop.engine.aggregator.mean import MeanAggregator
from disco_desktop.engine.weights.codec import VALUE_SIZE, decode, encode
from disco_desktop.engine.weights.pieces import PIECE, digest_pieces, pieces
from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.models import ELEMENTS, first_weights, task_for, update_of
from tests.benchmarks.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from disco_desktop.engine.weights.weights import Buffer, Weights

UPDATES = 10


def run(setting: Setting) -> Iterator[Result]:
    """Measure each step in turns with a copy of the same float32 values."""
    update = update_of(ELEMENTS["100 MB"], seed=0)
    repetitions = 3 if setting.is_quick else 9
    steps: list[tuple[str, int, str, Callable[[], object]]] = []
    for codec in VALUE_SIZE:
        content = encode(update.buffer, codec)
        note = "a view, nothing is copied" if codec == "fp32" else ""
        steps.append((f"encode {codec}", 1, note, partial(encode, update.buffer, codec)))
        steps.append((f"decode {codec}", 1, note, partial(decode, content, codec)))
    steps.append(("digest", 1, "SHA-256", partial(digest_pieces, encode(update.buffer, "fp32"))))
    steps.append((f"mean of {UPDATES} updates", UPDATES, "GB of updates", partial(_mean, update)))
    for name, updates, note, step in steps:
        yield _compare(name, step, update, updates=updates, note=note, repetitions=repetitions)


def _compare(
    name: str,
    step: Callable[[], object],
    update: Weights,
    *,
    updates: int,
    note: str,
    repetitions: int,
) -> Result:
    source, target = update.buffer, np.zeros_like(update.buffer)
    ours, copies = [], []
    for _ in range(repetitions + 1):
        ours.append(_seconds(step) / updates)
        copies.append(_seconds(partial(np.copyto, target, source)))
    size = source.nbytes / 1e9
    own, reference = size / median(ours[1:]), size / median(copies[1:])
    is_free = own > 100 * reference
    return Result(
        name=name,
        unit="GB/s",
        ours=None if is_free else own,
        reference=reference,
        ratio=None if is_free else own / reference,
        note=note,
        samples={"ours": ours[1:], "reference": copies[1:]},
    )


def _seconds(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def _mean(update: Weights) -> Weights:
    """Average as the server does, from blocks of a piece each, here in memory."""
    aggregator = MeanAggregator(
        task_for(UPDATES).collaboration, first_weights(update.manifest.elements)
    )
    largest = float(np.abs(update.buffer[:PIECE]).max()) * 2
    for number in range(UPDATES):
        aggregator.add(
            Contribution(
                participant=f"{number:016x}",
                base_round=0,
                samples=1,
                largest=largest,
                blocks=partial(_blocks, update),
            )
        )
    return aggregator.aggregate()


def _blocks(update: Weights) -> Iterator[Buffer]:
    for piece in pieces(encode(update.buffer, "fp32")):
        yield decode(piece, "fp32")


BENCHMARK = Benchmark(
    name="arithmetic", title="Encode, decode and average 100 MB, against memcpy", run=run
)
