"""Much of everything, to see that the window bears it: tasks, models, rows."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from msgspec import structs

from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.task.task import encode_task
from disco_desktop.engine.weights.model_file import write_model
from disco_desktop.resource_files import resource
from tests.benchmarks.models import first_weights
from tests.gui.titanic import titanic_model

if TYPE_CHECKING:
    from pathlib import Path

_ELEMENTS = 10_857


def write_tasks(folder: Path, number: int) -> Path:
    """Write tasks that differ in their names, for a server to offer."""
    task = task_provider("titanic").get_task()
    for one in range(number):
        bundle = folder / f"titanic-{one}"
        bundle.mkdir(parents=True)
        display = structs.replace(task.display, title=f"Titanic number {one}")
        named = structs.replace(task, id=bundle.name, display=display)
        (bundle / "task.json").write_bytes(encode_task(named))
        write_model(bundle / "weights.safetensors", first_weights(_ELEMENTS), {})
    return folder


def write_models(folder: Path, number: int) -> None:
    """Fill a memory with models."""
    memory = DiskMemory(folder)
    for one in range(number):
        memory.save(titanic_model(f"Model {one}", model_id=f"{one:016x}"))


def write_rows(path: Path, number: int) -> Path:
    """Write a table of the Titanic's passengers, over and over again."""
    header, *rows = (
        (resource("tasks", "titanic", "sample") / "titanic.csv").read_text().splitlines()
    )
    lines = itertools.islice(itertools.cycle(rows), number)
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path
