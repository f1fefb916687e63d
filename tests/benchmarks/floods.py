"""What honest participants notice of somebody who sends 10,000 tiny messages a second.

The same server and participants exchange with and without the flood, in turns of several rounds,
so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.fleet import fleet
from tests.benchmarks.models import ELEMENTS
from tests.benchmarks.result import Result
from tests.benchmarks.server_process import disco_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RATE = 10_000  # messages a second
PARTICIPANTS = 2
LARGEST_RATIO = 2.0
_FULL_FLOOD = 0.9  # of the rate; less on a machine that has no time for it shows nothing
_ROUNDS = 10  # a turn


def run(setting: Setting) -> Iterator[Result]:
    """Measure the rounds of two participants."""
    turns = 2 if setting.is_quick else 6
    size = {"elements": ELEMENTS["titanic"], "participants": PARTICIPANTS}
    quiet: list[float] = []
    flooded: list[float] = []
    rates: list[float] = []
    joins: list[float] = []
    with (
        disco_server(setting.folder / "flooded", **size) as server,
        fleet("disco", server.url, **size) as everybody,
    ):
        everybody.exchange()  # the first connects and fills caches
        for _ in range(turns):
            quiet += [everybody.exchange() for _ in range(_ROUNDS)]
            with _flood(server.url) as sent:
                began, before = time.monotonic(), sent()
                flooded += [everybody.exchange() for _ in range(_ROUNDS)]
                seconds, after = time.monotonic() - began, sent()
                rates.append((after[0] - before[0]) / seconds)
                joins.append((after[1] - before[1]) / seconds)
    ratio = median(flooded) / median(quiet)
    yield Result(
        name=f"Titanic's model, {PARTICIPANTS} participants",
        unit="ms",
        ours=1000 * median(flooded),
        reference=1000 * median(quiet),
        ratio=ratio,
        target=f"ratio at most {LARGEST_RATIO:g}",
        is_met=ratio <= LARGEST_RATIO if median(rates) >= _FULL_FLOOD * RATE else None,
        note=f"{median(rates):,.0f} messages and {median(joins):.0f} connections a second",
        samples={"ours": flooded, "reference": quiet, "messages a second": rates},
    )


@contextlib.contextmanager
def _flood(url: str) -> Iterator[Callable[[], tuple[int, int]]]:
    """Flood a server meanwhile; gives a function that tells the messages and connections so far."""
    command = [sys.executable, "-m", "tests.benchmarks.flood_process", url]
    with subprocess.Popen(
        [*command, str(PARTICIPANTS), str(RATE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def sent() -> tuple[int, int]:
            stdin.write(b"\n")
            stdin.flush()
            words = stdout.readline().split()
            if not words:
                raise RuntimeError("the flood ended")
            return int(words[0]), int(words[1])

        try:
            while not sent()[0]:  # it has not begun yet
                pass
            yield sent
        finally:
            stdin.close()


BENCHMARK = Benchmark(
    name="floods", title="A round while somebody floods the server, against a quiet one", run=run
)
