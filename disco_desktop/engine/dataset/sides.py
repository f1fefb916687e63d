"""The training and the validation part of somebody's rows, and whether one can learn from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.dataset.report import Problem
from disco_desktop.engine.dataset.split import held_out

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.checked_rows import CheckedRows
    from disco_desktop.engine.task.tabular import TabularData


@dataclass(frozen=True)
class Sides:
    """Rows on both sides of the split; `problem` says why they won't do."""

    training: CheckedRows
    validation: CheckedRows
    problem: Problem | None


def divide(data: TabularData, rows: CheckedRows, validation_split: float) -> Sides:
    """Split rows into a training and a validation part."""
    is_held_out = held_out(rows.units, validation_split)
    training, validation = rows.take(~is_held_out), rows.take(is_held_out)
    return Sides(training, validation, _problem(data, training, validation))


def _problem(data: TabularData, training: CheckedRows, validation: CheckedRows) -> Problem | None:
    count = len(training) + len(validation)
    if count == 0:
        return Problem(code="no_usable_rows", severity="error", count=0)
    if not len(training) or not len(validation):
        return Problem(code="rows_all_equal", severity="error", count=count)
    seen = np.unique(training.outcomes)
    if len(seen) == 1:
        labels = data.outcome.labels
        label = labels[int(seen[0])] if labels else f"{seen[0]:g}"
        return Problem(
            code="one_outcome_only",
            severity="error",
            column=data.outcome.name,
            count=len(training),
            arguments={"label": label},
        )
    return None
