"""Reading tables: from a CSV file to checked cells of text, against polars alone."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROWS = 300_000
LARGEST_RATIO = 3.0  # of polars' own time
_TIMES = 7


def run(setting: Setting) -> Iterator[Result]:
    """Measure a table without a fault, and what one broken row among its rows costs."""
    import polars as pl

    from disco_desktop.engine.dataset.csv_file import read_csv

    path = setting.folder / "table.csv"
    header = "age,dose,place,name,ill,count,note\n"
    path.write_text(header + "".join(_row(number) for number in range(ROWS)))
    times = 3 if setting.is_quick else _TIMES

    def ours(path: Path) -> None:
        table = read_csv(path, ["age", "ill"], keep_all=True)
        assert table.count >= ROWS

    polars = _seconds(lambda: pl.read_csv(path), times)
    plain = _seconds(lambda: ours(path), times)
    ratio = median(plain) / median(polars)
    yield Result(
        name="300,000 rows of 7 cells",
        unit="s",
        ours=median(plain),
        reference=median(polars),
        ratio=ratio,
        target=f"at most {LARGEST_RATIO:g} times polars",
        is_met=ratio <= LARGEST_RATIO,
        samples={"ours": plain, "polars": polars},
    )
    quoted = setting.folder / "quoted.csv"
    quoted.write_text(path.read_text().replace(",x\n", ',"x, y"\n'))
    slower = _seconds(lambda: ours(quoted), times)
    yield Result(
        name="the same with a quoted cell in each row",
        unit="s",
        ours=median(slower),
        reference=(polars_quoted := median(_seconds(lambda: pl.read_csv(quoted), times))),
        ratio=median(slower) / polars_quoted,
        samples={"ours": slower},
    )
    broken = setting.folder / "broken.csv"
    broken.write_text(path.read_text() + "1,2\n")
    slow = _seconds(lambda: ours(broken), min(times, 3))
    yield Result(
        name="the same with one broken row, by our own reader",
        unit="s",
        ours=median(slow),
        note="polars cannot say which line it is",
        samples={"ours": slow},
    )


def _row(number: int) -> str:
    return f"{number},{number / 7:.4f},{number % 3},Doe {number},yes,{number * 2},x\n"


def _seconds(work: Callable[[], object], times: int) -> list[float]:
    """Return how long something took, after once without being counted."""
    work()
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds


BENCHMARK = Benchmark(name="tables", title="Reading a table, against polars alone", run=run)
