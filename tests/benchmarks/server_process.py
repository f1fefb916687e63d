"""A server in a process of its own, ours or another, for as long as it is measured."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.engine.task.task import encode_task
from disco_desktop.engine.weights.model_file import write_model
from tests.benchmarks.models import first_weights, task_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disco_desktop.engine.task.task import Task

STOP_SECONDS = 20.0


@dataclass(frozen=True)
class ServerProcess:
    """A server that listens.

    Attributes:
        url: where.
        pid: its process.
    """

    url: str
    pid: int

    def peak_memory(self) -> int | None:
        """Return the most memory that was ever resident, in bytes; None where nobody counts it."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return None
        lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024


@contextlib.contextmanager
def disco_server(folder: Path, *, elements: int, participants: int) -> Iterator[ServerProcess]:
    """Run the real server with one task for so many participants."""
    with offering(task_for(participants), folder, elements=elements) as server:
        yield server


@contextlib.contextmanager
def offering(task: Task, folder: Path, *, elements: int) -> Iterator[ServerProcess]:
    """Run the real server with one task, whose model has so many values."""
    bundle = folder / "tasks" / task.id
    bundle.mkdir(parents=True)
    (bundle / "task.json").write_bytes(encode_task(task))
    write_model(bundle / "weights.safetensors", first_weights(elements), {})
    with task_server(bundle.parent, folder / "data") as server:
        yield server


@contextlib.contextmanager
def task_server(tasks: Path, data: Path) -> Iterator[ServerProcess]:
    """Run the real server with the tasks of a folder."""
    arguments = ["disco_desktop.server.main", "--host", "127.0.0.1", "--port", "0"]
    with _running([*arguments, "--data-dir", str(data), "--tasks", str(tasks)]) as server:
        yield server


@contextlib.contextmanager
def bare_server(folder: Path, *, elements: int, participants: int) -> Iterator[ServerProcess]:
    """Run the bare loop's server."""
    folder.mkdir(parents=True)
    with _running(
        ["tests.benchmarks.bare_server", str(folder), str(elements), str(participants)]
    ) as server:
        yield server


@contextlib.contextmanager
def _running(arguments: list[str]) -> Iterator[ServerProcess]:
    """Run a module that says `… listening on URL` once it does."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if "listening on" not in line:
                raise RuntimeError(f"the server did not start: {line!r}")
            yield ServerProcess(line.split()[-1], process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
