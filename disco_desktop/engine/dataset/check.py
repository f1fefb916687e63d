"""The report on somebody's data that they read before they train."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.examination import examine
from disco_desktop.engine.dataset.report import Report
from disco_desktop.engine.dataset.sides import divide

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.dataset.examination import Examination
    from disco_desktop.engine.task.task import Task


def check_data(task: Task, path: Path) -> Report:
    """Examine what is behind a path for a task. Bad content is reported and never raised."""
    return report_on(task, examine(task.data, path, "training"))


def report_on(task: Task, examination: Examination) -> Report:
    """Report on data that were examined for a training."""
    problems = examination.problems
    sides = divide(task, examination.usable)
    if examination.first_error is None and sides.problem is not None:
        problems = [sides.problem, *problems]
    outcomes = examination.usable.outcomes
    return Report(
        task=task.id,
        files=[table.file for table in examination.tables],
        rows=examination.count,
        usable_rows=len(examination.usable),
        balance={
            label: int((outcomes == place).sum())
            for place, label in enumerate(task.data.outcome.labels)
        },
        training=len(sides.training),
        validation=len(sides.validation),
        problems=problems,
    )
