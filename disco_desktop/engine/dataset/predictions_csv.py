"""Predictions as a CSV file that a spreadsheet opens without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from disco_desktop.engine.dataset.excerpt import file_name
from disco_desktop.engine.dataset.header import distinct
from disco_desktop.engine.durable_files import SHARED, replaced_durably
from disco_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.samples import LoadedTable

# What makes a spreadsheet take a cell for a formula, its wide East Asian forms included.
# See OWASP, "CSV Injection".
_FORMULA = r"^[\s\x00-\x1F\x7F]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]"
_ROWS_AT_ONCE = 100_000
_NUMBER = r"^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*$"


def inert(cells: pl.Series) -> pl.Series:
    """Put an apostrophe before every cell that a spreadsheet would run; numbers stay numbers."""
    is_formula = cells.str.contains(_FORMULA) & ~cells.str.contains(_NUMBER)
    return pl.select(
        pl.when(is_formula.fill_null(False)).then("'" + cells).otherwise(cells).alias(cells.name)
    ).to_series()


def outcome_columns(
    values: Sequence[str],
    prediction: npt.NDArray[np.int64],
    probability: npt.NDArray[np.float32],
    truth: npt.NDArray[np.int64] | None = None,
) -> dict[str, list[str] | list[float]]:
    """Return the columns that tell of predictions.

    Args:
        values: the outcome's values, as they stand in such data.
        prediction: place of the predicted value (n,).
        probability: of the predicted value (n,).
        truth: place of the true value (n,), where it is known.
    """
    chosen = prediction.tolist()
    columns: dict[str, list[str] | list[float]] = {}
    if truth is not None:
        columns["truth"] = [values[place] for place in truth.tolist()]
    columns["prediction"] = [values[place] for place in chosen]
    columns["probability"] = [round(share, 6) for share in probability.tolist()]
    return columns


def number_columns(
    values: npt.NDArray[np.float64], truth: npt.NDArray[np.float64] | None = None
) -> dict[str, list[float]]:
    """Return the columns that tell of predicted numbers (n,), and of true ones where known."""
    columns: dict[str, list[float]] = {}
    if truth is not None:
        columns["truth"] = _rounded(truth)
    columns["prediction"] = _rounded(values)
    if truth is not None:
        columns["error"] = _rounded(values - truth)
    return columns


def _rounded(values: npt.NDArray[np.float64]) -> list[float]:
    """Return numbers with as many digits as a network's own arithmetic has."""
    return [float(f"{value:.7g}") for value in values.tolist()]


def write_predictions(
    path: Path, data: LoadedTable, columns: Mapping[str, Sequence[str | float]]
) -> None:
    """Write the table with columns of predictions to its right.

    Args:
        path: the file; one that is there is replaced, or left as it is if writing fails.
        data: the table as it was loaded; rows that could not be predicted get empty cells.
        columns: what to add, by name: a value for each of the samples.

    Raises:
        StorageError: the file cannot be written.
    """
    places = np.searchsorted(data.table_rows, data.samples.rows)
    added = [_spread(name, values, places, data.table.height) for name, values in columns.items()]
    series = [*data.table.get_columns(), *added]
    names = distinct(inert(pl.Series([column.name for column in series])).to_list())
    frame = pl.DataFrame(
        [
            (inert(column) if column.dtype == pl.String else column).alias(name)
            for name, column in zip(names, series, strict=True)
        ]
    )
    _replace(path, frame)


def _spread(
    name: str, values: Sequence[str | float], places: npt.NDArray[np.int64], height: int
) -> pl.Series:
    """Put values at their rows, and nothing at the others."""
    spread: list[str | float | None] = [None] * height
    for place, value in zip(places.tolist(), values, strict=True):
        spread[place] = value
    return pl.Series(name, spread)


def _replace(path: Path, frame: pl.DataFrame) -> None:
    """Write piece by piece, so that the text is never in memory as a whole."""
    try:
        with replaced_durably(path, mode=SHARED) as file:
            for start in range(0, max(frame.height, 1), _ROWS_AT_ONCE):
                piece = frame.slice(start, _ROWS_AT_ONCE)
                file.write(piece.write_csv(include_header=start == 0).encode())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no name for a file"
        raise StorageError(
            "predictions_not_written", file=file_name(path), reason=reason
        ) from error
