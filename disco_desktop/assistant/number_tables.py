"""The rows that a model was tested on or predicted where it predicts numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.app.processes.assistant_messages import MOST_POINTS, Row, Shape, View
from disco_desktop.assistant.tables import (
    Table,
    page_rows,
    shown_cells,
    shown_columns,
    shown_names,
)
from disco_desktop.engine.dataset.predictions_csv import number_columns, write_predictions
from disco_desktop.engine.task.tabular import TabularData

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.samples import LoadedTable
    from disco_desktop.engine.task.data import Data
    from disco_desktop.engine.validation.validator import NumberPredictions, NumberTestResult


class _NumberTable(Table):
    """What both kinds have in common: samples with numbers, and the table they come from."""

    def __init__(
        self,
        data: Data,
        loaded: LoadedTable,
        values: npt.NDArray[np.float64],
        truth: npt.NDArray[np.float64] | None,
        rows: int,
    ) -> None:
        self._loaded = loaded
        self._values = values
        self._truth = truth
        self._places = np.searchsorted(loaded.table_rows, loaded.samples.rows)
        own = [column.name for column in data.inputs] if isinstance(data, TabularData) else []
        # The outcome stands in a column of its own.
        names = [name for name in loaded.table.columns if truth is None or name != data.predicts]
        self._columns = shown_columns(names, first=own)
        self.shape = Shape(
            columns=shown_names(self._columns),
            hidden_columns=len(names) - len(self._columns),
            rows=rows,
            page_rows=page_rows(len(self._columns)),
        )

    def _slice(self, places: npt.NDArray[np.int64]) -> list[list[str]]:
        return shown_cells(self._loaded.table[places.tolist()], self._columns)

    def _number(self, place: int) -> int:
        return int(self._loaded.table_rows[place])

    def write_csv(self, path: Path) -> int:
        """Write the whole table, with what was predicted at its right."""
        write_predictions(path, self._loaded, number_columns(self._values, self._truth))
        return self._loaded.table.height


class TestedNumbers(_NumberTable):
    """The rows that a model was tested on."""

    __test__ = False  # pytest takes the name for a test's

    def __init__(self, data: Data, loaded: LoadedTable, result: NumberTestResult) -> None:
        super().__init__(data, loaded, result.values, result.truth, rows=result.samples)
        self._true_values = result.truth
        self._by_error = np.argsort(-np.abs(result.values - result.truth), kind="stable")

    def page(self, number: int, view: View) -> list[Row]:
        """Return rows in the order of the table, or those farthest from the truth first."""
        first = number * self.shape.page_rows
        behind = min(first + self.shape.page_rows, self.shape.rows)
        samples = np.arange(first, max(first, behind))
        if view.order == "doubt":
            samples = self._by_error[samples]
        places = self._places[samples]
        return [
            Row(
                self._number(place),
                cells,
                true_value=float(self._true_values[sample]),
                value=float(self._values[sample]),
            )
            for sample, place, cells in zip(
                samples.tolist(), places.tolist(), self._slice(places), strict=True
            )
        ]

    def points(self) -> list[tuple[float, float]]:
        """Return true and predicted number of samples: of all, or of many spread over the table."""
        step = -(-self.shape.rows // MOST_POINTS) or 1
        pairs = zip(self._true_values[::step].tolist(), self._values[::step].tolist(), strict=True)
        return list(pairs)


class PredictedNumbers(_NumberTable):
    """All rows of a table; those that could not be predicted have no number."""

    def __init__(self, data: Data, loaded: LoadedTable, result: NumberPredictions) -> None:
        super().__init__(data, loaded, result.values, None, rows=loaded.table.height)
        self._sample_at = np.full(loaded.table.height, -1, dtype=np.int64)
        self._sample_at[self._places] = np.arange(len(self._places))

    def page(self, number: int, view: View) -> list[Row]:
        """Return rows in the order of the table, whatever the view."""
        first = number * self.shape.page_rows
        behind = min(first + self.shape.page_rows, self.shape.rows)
        places = np.arange(first, max(first, behind))
        return [
            self._row(place, cells)
            for place, cells in zip(places.tolist(), self._slice(places), strict=True)
        ]

    def _row(self, place: int, cells: list[str]) -> Row:
        sample = int(self._sample_at[place])
        if sample < 0:
            return Row(self._number(place), cells, is_used=False)
        return Row(self._number(place), cells, value=float(self._values[sample]))
