"""The sample data that come with a task, where it is known on this machine."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from disco_desktop.engine.task.registry import task_providers
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

_ROWS = 50  # looked at for a good example

_log = logger(__name__)


@dataclass(frozen=True)
class SampleData:
    """A folder of sample data, and one row of it as an example, by column."""

    folder: Path
    example: Mapping[str, str] = field(default_factory=dict)


def find_sample(task: Task) -> SampleData | None:
    """Return a task's sample data; none where a task of this name here means other data."""
    provider = task_providers().get(task.id)
    if provider is None or provider.get_task().data != task.data:
        return None
    folder = provider.sample_data()
    return None if folder is None else SampleData(folder, _example(task, folder))


def _example(task: Task, folder: Path) -> dict[str, str]:
    """Return the first row that has something in each column that counts."""
    if not isinstance(task.data, TabularData):
        return {}
    names = [*(column.name for column in task.data.inputs), task.data.outcome.name]
    for path in sorted(folder.glob("*.csv")):
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                for _, row in zip(range(_ROWS), csv.DictReader(file), strict=False):
                    if all(row.get(name) for name in names):
                        return {name: row[name] for name in names}
        except (OSError, ValueError, csv.Error) as error:
            _log.debug("no example from %s: %s", path.name, error)
    return {}
