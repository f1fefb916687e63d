"""The rows that a model was tested on or predicted, with what it said of each."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.app.processes.assistant_messages import Row, Shape, View
from disco_desktop.assistant.tables import (
    PICTURE_ROWS,
    Table,
    page_rows,
    shown_cells,
    shown_columns,
    shown_names,
)
from disco_desktop.assistant.thumbnails import large_picture, thumbnail
from disco_desktop.engine.dataset.images.image_reader import FILE_COLUMN
from disco_desktop.engine.dataset.predictions_csv import outcome_columns, write_predictions
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.tabular import TabularData

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.samples import LoadedTable
    from disco_desktop.engine.task.data import Data
    from disco_desktop.engine.validation.validator import Predictions, TestResult


class _OutcomeTable(Table):
    """What both kinds have in common: samples with predictions, and the table they come from."""

    def __init__(
        self,
        data: Data,
        loaded: LoadedTable,
        result: TestResult | Predictions,
        truth: npt.NDArray[np.int64] | None,
        rows: int,
    ) -> None:
        self._data = data
        self._loaded = loaded
        self._prediction = result.prediction
        self._probability = result.probability
        self._truth = truth
        self._places = np.searchsorted(loaded.table_rows, loaded.samples.rows)
        own = [column.name for column in data.inputs] if isinstance(data, TabularData) else []
        has_pictures = isinstance(data, ImageData)
        # The outcome stands in a column of its own, in words.
        names = [name for name in loaded.table.columns if truth is None or name != data.predicts]
        self._columns = shown_columns(names, first=own)
        self.shape = Shape(
            columns=shown_names(self._columns),
            hidden_columns=len(names) - len(self._columns),
            rows=rows,
            page_rows=PICTURE_ROWS if has_pictures else page_rows(len(self._columns)),
            has_pictures=has_pictures,
        )

    def _picture(self, sample: int) -> bytes:
        """Return what the network saw of a sample, where it can be shown."""
        return thumbnail(self._pixels(sample)) if self.shape.has_pictures else b""

    def _pixels(self, sample: int) -> npt.NDArray[np.uint8]:
        samples = self._loaded.samples
        place = sample if samples.places is None else int(samples.places[sample])
        pixels: npt.NDArray[np.uint8] = samples.features[place]
        return pixels

    def picture(self, row: int, view: View) -> bytes:
        """Return the picture of a row, larger than in a page."""
        sample, root = self._sample(row, view), self._loaded.root
        if root is None or sample < 0:
            return b""
        name = self._loaded.table[FILE_COLUMN][int(self._places[sample])]
        return large_picture(root / name, self._pixels(sample))

    @abstractmethod
    def _sample(self, row: int, view: View) -> int:
        """Return which sample a row of a view is; less than zero where it is none."""

    def _slice(self, places: npt.NDArray[np.int64]) -> list[list[str]]:
        return shown_cells(self._loaded.table[places.tolist()], self._columns)

    def _number(self, place: int) -> int:
        return int(self._loaded.table_rows[place])

    def write_csv(self, path: Path) -> int:
        """Write the whole table, with what was predicted at its right."""
        values = self._data.values
        columns = outcome_columns(values, self._prediction, self._probability, self._truth)
        write_predictions(path, self._loaded, columns)
        return self._loaded.table.height


class TestedTable(_OutcomeTable):
    """The rows that a model was tested on."""

    __test__ = False  # pytest takes the name for a test's

    def __init__(self, data: Data, loaded: LoadedTable, result: TestResult) -> None:
        super().__init__(data, loaded, result, result.truth, rows=result.samples)
        self._view: View | None = None
        self._chosen = np.arange(0)

    def page(self, number: int, view: View) -> list[Row]:
        """Return those rows that the view asks for, in its order."""
        first = number * self.shape.page_rows
        samples = self._look_at(view)[first : first + self.shape.page_rows]
        places = self._places[samples]
        return [
            Row(
                self._number(place),
                cells,
                truth=int(self._truth_of(sample)),
                prediction=int(self._prediction[sample]),
                probability=float(self._probability[sample]),
                picture=self._picture(sample),
            )
            for sample, place, cells in zip(
                samples.tolist(), places.tolist(), self._slice(places), strict=True
            )
        ]

    def _look_at(self, view: View) -> npt.NDArray[np.int64]:
        if view != self._view:
            self._view, self._chosen = view, self._choose(view)
        return self._chosen

    def _sample(self, row: int, view: View) -> int:
        chosen = self._look_at(view)
        return int(chosen[row]) if 0 <= row < len(chosen) else -1

    def _truth_of(self, sample: int) -> int:
        assert self._truth is not None  # noqa: S101 - a test has it
        return int(self._truth[sample])

    def _choose(self, view: View) -> npt.NDArray[np.int64]:
        is_chosen = np.ones(len(self._prediction), dtype=np.bool_)
        if view.truth is not None:
            is_chosen &= self._truth == view.truth
        if view.prediction is not None:
            is_chosen &= self._prediction == view.prediction
        chosen = np.flatnonzero(is_chosen)
        if view.order == "doubt":
            chosen = chosen[np.argsort(self._probability[chosen], kind="stable")]
        return chosen


class PredictedTable(_OutcomeTable):
    """All rows of a table; those that could not be predicted have no prediction."""

    def __init__(self, data: Data, loaded: LoadedTable, result: Predictions) -> None:
        super().__init__(data, loaded, result, None, rows=loaded.table.height)
        self._sample_at = np.full(loaded.table.height, -1, dtype=np.int64)
        self._sample_at[self._places] = np.arange(len(self._places))

    def page(self, number: int, view: View) -> list[Row]:
        """Return rows in the order of the table: all, or those of one predicted label."""
        first = number * self.shape.page_rows
        places = self._look_at(view)[first : first + self.shape.page_rows]
        return [
            self._row(place, cells)
            for place, cells in zip(places.tolist(), self._slice(places), strict=True)
        ]

    def _look_at(self, view: View) -> npt.NDArray[np.int64]:
        """Return the places of the rows that a view asks for."""
        if view.prediction is None:
            return np.arange(self.shape.rows)
        return np.sort(self._places[self._prediction == view.prediction])

    def _sample(self, row: int, view: View) -> int:
        places = self._look_at(view)
        return int(self._sample_at[places[row]]) if 0 <= row < len(places) else -1

    def _row(self, place: int, cells: list[str]) -> Row:
        sample = int(self._sample_at[place])
        if sample < 0:
            return Row(self._number(place), cells, is_used=False)
        return Row(
            self._number(place),
            cells,
            prediction=int(self._prediction[sample]),
            probability=float(self._probability[sample]),
            picture=self._picture(sample),
        )
