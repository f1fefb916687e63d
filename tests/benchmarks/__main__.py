"""Run the benchmarks: a table on the terminal, and JSON in `bench-results/`."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests.benchmarks import (
    arithmetic,
    floods,
    flower,
    language,
    masking,
    memory,
    peers,
    pictures,
    rounds,
    tables,
    training,
    window,
)
from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.result import Result
from tests.benchmarks.table import print_table

BENCHMARKS = [
    one.BENCHMARK
    for one in (
        rounds,
        memory,
        floods,
        training,
        tables,
        pictures,
        language,
        arithmetic,
        masking,
        peers,
        window,
        flower,
    )
]
RESULTS = Path("bench-results")


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run measured, and where."""

    began: str
    seconds: float
    is_quick: bool
    python: str
    machine: str
    processors: int
    results: dict[str, list[Result]]


def main() -> int:
    """Run what was asked for; return 1 where a target is missed."""
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="NAME", choices=names, help=f"one of: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="fewer measurements, within 2 minutes")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the JSON file")
    arguments = parser.parse_args()
    arguments.results.mkdir(parents=True, exist_ok=True)
    # Whoever ends this ends the servers and participants too, and leaves no folder behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    chosen = [one for one in BENCHMARKS if arguments.only in (None, one.name)]
    began, clock = datetime.now(UTC), time.monotonic()
    results = {one.name: _run(one, arguments.results, arguments.quick) for one in chosen}
    report = Report(
        began=began.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - clock, 1),
        is_quick=arguments.quick,
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}",
        processors=os.cpu_count() or 1,
        results=results,
    )
    file = arguments.results / f"{began:%Y%m%d-%H%M%S}.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))
    print(f"{report.seconds:.0f} s in all; written to {file}")
    return int(any(one.is_met is False for found in results.values() for one in found))


def _run(benchmark: Benchmark, results: Path, is_quick: bool) -> list[Result]:
    # Beside the results and not in the system's folder for temporary files, which may be in memory.
    with tempfile.TemporaryDirectory(dir=results, prefix=".work-") as folder:
        setting = Setting(
            folder=Path(folder).resolve(), cache=results.resolve() / ".cache", is_quick=is_quick
        )
        found = list(benchmark.run(setting))
    print_table(benchmark.title, found)
    return found


if __name__ == "__main__":
    sys.exit(main())
