"""How numbers of an outcome lie, in the words of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.report import Spread
from disco_desktop.engine.task.outcome import NumericOutcome
from disco_desktop.engine.task.tabular import TabularData

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from disco_desktop.engine.task.data import Data


def spread_of(data: Data, values: npt.NDArray[np.float64]) -> Spread | None:
    """Return how numbers (n,) lie; None where there are none, or the outcome is no number."""
    if not isinstance(data, TabularData) or not isinstance(data.outcome, NumericOutcome):
        return None
    if not len(values):
        return None
    return Spread(
        least=float(values.min()),
        mean=float(values.mean()),
        greatest=float(values.max()),
        unit=data.outcome.unit,
    )
