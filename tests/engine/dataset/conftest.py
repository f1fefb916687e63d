"""A small task, and real files for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from disco_desktop.engine.task.architecture import DenseNetwork
from disco_desktop.engine.task.outcome import BinaryOutcome
from disco_desktop.engine.task.tabular import NumericColumn, TabularData
from disco_desktop.engine.task.task import Adam, Collaboration, Display, Task, Training

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TASK = Task(
    id="clinic",
    display=Display(title="Clinic"),
    data=TabularData(
        inputs=(
            NumericColumn(name="age", center=50.0, scale=10.0),
            NumericColumn(name="dose"),
        ),
        outcome=BinaryOutcome(name="ill", values=("no", "yes"), labels=("healthy", "sick")),
    ),
    model=DenseNetwork(hidden=(4,)),
    training=Training(
        epochs=1,
        round_duration=1,
        batch_size=2,
        validation_split=0.25,
        optimizer=Adam(learning_rate=0.1),
    ),
    collaboration=Collaboration(scheme="local"),
)


@pytest.fixture
def task() -> Task:
    """Return a task of the columns `age` (declared) and `dose` (fitted); `ill` is no or yes."""
    return TASK


@pytest.fixture
def task_with() -> Callable[..., Task]:
    """Return a function that gives the task with other data, for instance with a group."""

    def changed(**data: object) -> Task:
        return msgspec.structs.replace(TASK, data=msgspec.structs.replace(TASK.data, **data))

    return changed


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes text, or bytes, to a file and gives its path."""

    def write(content: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def twenty_rows() -> str:
    """Return a table without faults: twenty different rows, ten of each outcome."""
    rows = [f"{30 + row},{row / 2},{'yes' if row % 2 else 'no'}" for row in range(20)]
    return "\n".join(["age,dose,ill", *rows, ""])
