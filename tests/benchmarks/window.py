"""The window: its first picture, how long it is ever held up, its memory, and how soon it trains.

It is the real application in a real window on a virtual screen, with its real server and workers,
and is used with mouse and keys.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.result import Result
from tests.benchmarks.server_process import task_server
from tests.benchmarks.window_profiles import write_models, write_rows, write_tasks
from tests.window.virtual_screen import MISSING, virtual_screen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

WARM_PAINT, COLD_PAINT = 0.7, 1.0  # seconds
LONGEST_PAUSE = 50.0  # milliseconds
LARGEST_MEMORY = 150.0  # MB
FIRST_BATCH = 1.0  # seconds
PATIENCE = 600.0  # seconds for one story
MANY_TASKS, MANY_MODELS, MANY_ROWS = 1_000, 1_000, 100_000


class Window:
    """Starts the application on a screen, each time with a profile of its own."""

    def __init__(self, screen: str, setting: Setting) -> None:
        self._environment = {**os.environ, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
        self.folder = setting.folder
        self._count = 0

    def new_profile(self) -> Path:
        """Return a folder for a profile."""
        self._count += 1
        return self.folder / f"profile-{self._count}"

    def run(self, story: str, *arguments: str, profile: Path | None = None) -> dict[str, Any]:
        """Have a story played, and return what was measured."""
        process = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.window_process", story, *arguments],
            env={**self._environment, "DISCO_HOME": str(profile or self.new_profile())},
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        return json.loads(process.stdout.strip().splitlines()[-1])


def run(setting: Setting) -> Iterator[Result]:
    """Measure the window on a virtual screen."""
    with virtual_screen() as screen:
        if screen is None:
            yield Result(name="window", unit="", target="to be measured", note=MISSING)
            return
        window = Window(screen, setting)
        yield from _paints(window, 3 if setting.is_quick else 9)
        yield from _start(window)
        yield from _training(window)
        yield from _much(window)


def _paints(window: Window, times: int) -> Iterator[Result]:
    """Measure the time from the start of the process to the first picture."""
    files = window.run("paint", str(time.monotonic()))["files"]
    # Alternating, so that both are measured while the machine is in the same mood.
    warm, cold = [], []
    for _ in range(times):
        warm.append(window.run("paint", str(time.monotonic()))["seconds"])
        is_cold = _forget(files)
        cold.append(window.run("paint", str(time.monotonic()))["seconds"])
    yield _at_most("first picture, warm", "s", median(warm), WARM_PAINT, samples={"ours": warm})
    note = "its files read from the disk" if is_cold else "this system keeps files in memory"
    yield _at_most(
        "first picture, cold", "s", median(cold), COLD_PAINT, note=note, samples={"ours": cold}
    )


def _start(window: Window) -> Iterator[Result]:
    """Measure the window while the rest of the program is loaded."""
    yield _pause("longest pause, starting", window.run("start"))


def _forget(files: Sequence[str]) -> bool:
    """Have the system forget the contents of files that it holds in memory."""
    if not hasattr(os, "posix_fadvise"):
        return False
    for file in files:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
    return True


def _training(window: Window) -> Iterator[Result]:
    """Measure the window while a training runs."""
    found = window.run("train", "")
    yield _at_most("from the click to the first batch", "s", found["first_batch_alone"],
                   FIRST_BATCH, note="training alone, with a warm worker")  # fmt: skip
    yield Result(
        name="the same, practising",
        unit="s",
        ours=found["first_batch_practice"],
        note="starts a server and two more workers",
    )
    yield _pause("longest pause, training alone", found["alone"])
    yield _pause("longest pause, three training", found["practice"])
    yield _at_most("memory after both", "MB", found["memory"] / 1e6, LARGEST_MEMORY)
    moved = window.run("move_about", "")
    first = {name: figures for name, figures in moved.items() if name.startswith("first ")}
    slowest = max(first, key=lambda name: first[name]["longest"])
    yield _pause("going to each page first", first[slowest], note=slowest.removeprefix("first "))
    yield _pause("going to each page again", moved["again"])
    yield _at_most("memory with all pages shown", "MB", moved["memory"] / 1e6, LARGEST_MEMORY)


def _much(window: Window) -> Iterator[Result]:
    """Measure how the window bears much of everything."""
    tasks = write_tasks(window.folder / "tasks", MANY_TASKS)
    with task_server(tasks, window.folder / "server") as server:
        found = window.run("many_tasks", "", "--server", server.url)
    yield _pause(f"{MANY_TASKS:,} tasks", found["tasks"])
    profile = window.new_profile()
    write_models(profile / "memory", MANY_MODELS)
    found = window.run("many_models", "", profile=profile)
    yield _pause(f"{MANY_MODELS:,} models", found["models"])
    found = window.run("many_participants", "")
    for what, figures in found.items():
        yield _pause(f"500 participants {what}", figures)
    rows = write_rows(window.folder / "rows.csv", MANY_ROWS)
    found = window.run("many_rows", str(rows))
    yield _pause(f"{MANY_ROWS:,} rows", found["rows"])


def _at_most(name: str, unit: str, ours: float, most: float, **more: Any) -> Result:
    """Return a figure that is not to be above another."""
    target = f"at most {most:g} {unit}"
    return Result(name=name, unit=unit, ours=ours, target=target, is_met=ours <= most, **more)


def _pause(name: str, figures: dict[str, Any], note: str = "") -> Result:
    """Return a longest pause; time for which there was no processor is told, and not held up."""
    waiting = figures["waiting"]
    own = max(figures["longest"] - waiting, 0.0)
    seen = f"{waiting:.0f} ms more without a processor" if waiting >= 1 else ""
    return _at_most(
        name, "ms", own, LONGEST_PAUSE,
        note=", ".join(one for one in (note, seen) if one),
        samples={"ours": figures["late"]},
    )  # fmt: skip


BENCHMARK = Benchmark(name="window", title="The window, in a real one on a virtual screen", run=run)
