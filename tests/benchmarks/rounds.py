"""A round beyond the training itself: ours against a bare loop that moves the same bytes.

Both servers run at the same time and their rounds alternate, so that whatever else the machine
does falls on both.
"""

from __future__ import annotations

from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.fleet import fleet
from tests.benchmarks.models import ELEMENTS
from tests.benchmarks.result import Result
from tests.benchmarks.server_process import bare_server, disco_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_SMALL_ROUND = 50.0  # ms
LARGEST_RATIO = 1.5


def run(setting: Setting) -> Iterator[Result]:
    """Measure both models with few and with many participants."""
    for participants in (2, 4) if setting.is_quick else (2, 4, 16):
        yield _small(participants, setting)
    for participants in (2,) if setting.is_quick else (2, 4, 16):
        yield _large(participants, setting)


def _small(participants: int, setting: Setting) -> Result:
    repetitions = 10 if setting.is_quick else 40
    ours, bare = _measure("titanic", participants, repetitions, setting.folder)
    milliseconds = 1000 * median(ours)
    reference = 1000 * median(bare)
    return Result(
        name=f"Titanic's model, {participants} participants",
        unit="ms",
        ours=milliseconds,
        reference=reference,
        ratio=milliseconds / reference,
        target=f"at most {LONGEST_SMALL_ROUND:g} ms",
        is_met=milliseconds <= LONGEST_SMALL_ROUND,
        samples={"ours": ours, "reference": bare},
    )


def _large(participants: int, setting: Setting) -> Result:
    repetitions = 3 if setting.is_quick else {2: 9, 4: 5, 16: 2}[participants]
    ours, bare = _measure("100 MB", participants, repetitions, setting.folder)
    # Neighbours in time share the machine's mood: the ratio is that of pairs.
    ratio = median(own / other for own, other in zip(ours, bare, strict=True))
    return Result(
        name=f"100 MB, {participants} participants",
        unit="s",
        ours=median(ours),
        reference=median(bare),
        ratio=ratio,
        target=f"ratio at most {LARGEST_RATIO:g}",
        is_met=ratio <= LARGEST_RATIO,
        samples={"ours": ours, "reference": bare},
    )


def _measure(
    model: str, participants: int, repetitions: int, folder: Path
) -> tuple[list[float], list[float]]:
    """Return the seconds of our rounds and of the bare loop's, in turns; the first do not count."""
    size = {"elements": ELEMENTS[model], "participants": participants}
    place = folder / f"{model}-{participants}".replace(" ", "")
    with ExitStack() as stack:
        server = stack.enter_context(disco_server(place / "disco", **size))
        bare = stack.enter_context(bare_server(place / "bare", **size))
        both = [
            stack.enter_context(fleet("disco", server.url, **size)),
            stack.enter_context(fleet("bare", bare.url, **size)),
        ]
        seconds: tuple[list[float], list[float]] = ([], [])
        for _ in range(repetitions + 1):
            for one, own in zip(both, seconds, strict=True):
                own.append(one.exchange())
    return seconds[0][1:], seconds[1][1:]


BENCHMARK = Benchmark(
    name="round", title="A round beyond training, against a bare durable loop", run=run
)
