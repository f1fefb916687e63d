"""The server's peak memory with more and more participants of a 100 MB model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.fleet import fleet
from tests.benchmarks.models import ELEMENTS
from tests.benchmarks.result import Result
from tests.benchmarks.server_process import disco_server

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 2  # the second takes a model and a sum beside those of the first
LARGEST_GROWTH = 2.0  # models


def run(setting: Setting) -> Iterator[Result]:
    """Measure a fresh server for each number of participants, over some rounds."""
    few, *more = (2, 4) if setting.is_quick else (2, 8, 32)
    first = _peak(few, setting)
    yield Result(name=f"{few} participants", unit="models", ours=first, note=_note(first))
    for participants in more:
        peak = _peak(participants, setting)
        growth = None if peak is None or first is None else peak - first
        yield Result(
            name=f"{participants} participants",
            unit="models",
            ours=peak,
            reference=first,
            target=f"less than {LARGEST_GROWTH:g} models above {few} participants",
            is_met=None if growth is None else growth < LARGEST_GROWTH,
            note=_note(peak) if growth is None else f"{growth:+.2f} models",
        )


def _note(peak: float | None) -> str:
    return "this system does not tell a process's peak" if peak is None else ""


def _peak(participants: int, setting: Setting) -> float | None:
    """Return the most memory that the server ever had resident, in models."""
    elements = ELEMENTS["100 MB"]
    size = {"elements": elements, "participants": participants}
    with (
        disco_server(setting.folder / str(participants), **size) as server,
        fleet("disco", server.url, **size) as everybody,
    ):
        for _ in range(ROUNDS):
            everybody.exchange()
        peak = server.peak_memory()
    return None if peak is None else peak / (4 * elements)


BENCHMARK = Benchmark(
    name="memory", title="Peak memory of the server, in models of 100 MB", run=run
)
