"""Finding out how this machine trains a network fastest: a few steps each way, without effect."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import torch
from msgspec import structs

from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disco_desktop.engine.training.learner import Learner
    from disco_desktop.engine.training.settings import TrainingSettings

BUDGET = 4.0  # seconds for all of it; whoever waits for the first batch waits for this too
QUICK_STEP = 0.003  # seconds; a step below it gains nothing that a person would notice
_STEPS = 4  # of each way; the fastest counts, since any may have to wait for the processor
_LONGEST_WAY = 0.8  # seconds after which a way is given up
_GAIN = 0.9  # of the time before: what is not clearly faster is not worth less precision

_log = logger(__name__)


def calibrated(learner: Learner, settings: TrainingSettings, *, most: int) -> TrainingSettings:
    """Return the settings with threads, layout and precision that were measured to be fastest.

    Threads are tried first, then the layout of pictures, then bfloat16, each with the best of what
    was tried before. To be called where the training's own thread would be: torch counts threads
    for each one that calls it.

    Args:
        learner: what trains; it is left as it was, but for the sequence of random numbers.
        settings: what is resolved already.
        most: threads that may be used.
    """
    before = torch.get_num_threads()
    ends = time.perf_counter() + BUDGET
    rows = torch.arange(min(settings.batch_size, learner.samples), device=learner.device)
    best = structs.replace(settings, threads=1, layout="plain", precision="float32")
    try:
        fastest = _seconds(learner, best, rows)
        if fastest < QUICK_STEP:
            return best
        for choose in (_threads(most), _layouts(learner), _precisions()):
            for change in choose:
                if time.perf_counter() > ends:
                    break
                way = structs.replace(best, **change)
                seconds = _seconds(learner, way, rows)
                _log.debug("%s: %.1f ms a step", change, 1000 * seconds)
                if seconds > _GAIN * fastest:
                    break
                best, fastest = way, seconds
    finally:
        learner.set_way("plain", "float32")
        torch.set_num_threads(before)
    _log.info("trains with %d threads, %s, %s", best.threads, best.layout, best.precision)
    return best


def _threads(most: int) -> Iterator[dict[str, object]]:
    """Yield more and more threads: twice as many each time, and all in the end."""
    threads = 2
    while threads < most:
        yield {"threads": threads}
        threads *= 2
    if most > 1:
        yield {"threads": most}


def _layouts(learner: Learner) -> Iterator[dict[str, object]]:
    if learner.has_convolutions:
        yield {"layout": "channels_last"}


def _precisions() -> Iterator[dict[str, object]]:
    yield {"precision": "bfloat16"}


def _seconds(learner: Learner, way: TrainingSettings, rows: torch.Tensor) -> float:
    """Return the seconds that a step takes, at its best."""
    torch.set_num_threads(way.threads or 1)
    learner.set_way(way.layout or "plain", way.precision or "float32")
    learner.rehearse(rows)  # torch prepares much at the first time
    began = time.perf_counter()
    fastest = float("inf")
    for _ in range(_STEPS):
        started = time.perf_counter()
        learner.rehearse(rows)
        now = time.perf_counter()
        fastest = min(fastest, now - started)
        if now - began > _LONGEST_WAY:
            break
    return fastest
