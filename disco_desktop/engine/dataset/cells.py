"""From cells of text to numbers and outcomes, with every cell that is neither found out."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

LARGEST_NUMBER = 1e15  # beyond it a double no longer tells whole numbers apart

# How spreadsheets, R, pandas and databases write an empty cell.
_EMPTY = ("", "?", "na", "n/a", "#n/a", "nan", "null", "none")
_TRUTH = {"true": "1", "false": "0"}
_DECIMAL_COMMA = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+$"

UNKNOWN = -1
MISSING = -2


@dataclass(frozen=True)
class NumberCells:
    """A column of numbers.

    Attributes:
        values: float64 (n,), not-a-number where the cell is empty or faulty.
        is_empty: bool (n,).
        faults: code of a problem to bool (n,), the cells that have it; without those that are
            nowhere true.
    """

    values: npt.NDArray[np.float64]
    is_empty: npt.NDArray[np.bool_]
    faults: dict[str, npt.NDArray[np.bool_]]


class ValueCells(NamedTuple):
    """A column of values.

    Attributes:
        places: int16 (n,), position of each cell's value among those known, UNKNOWN or MISSING.
        is_respelt: bool (n,), cells that mean a value which the task writes in another case.
    """

    places: npt.NDArray[np.int16]
    is_respelt: npt.NDArray[np.bool_]


def composed(name: str) -> str:
    """Return a name in Unicode's composed form: macOS writes ö as two characters, others as one."""
    return unicodedata.normalize("NFC", name)


def folded(name: str) -> str:
    """Return a name as it is compared: no matter the case, the form, and the spaces around it."""
    return composed(composed(name.strip()).casefold())


def read_numbers(column: pl.Series) -> NumberCells:
    """Read a column of text as numbers; true and false count as 1 and 0."""
    text = column.str.strip_chars().fill_null("")
    is_empty = _empty(text)
    values = _numbers(text)
    values[is_empty] = np.nan
    is_too_large = np.abs(values) > LARGEST_NUMBER
    is_no_number = np.isnan(values) & ~is_empty
    has_comma = np.zeros_like(is_empty)
    if is_no_number.any():
        has_comma = is_no_number & text.str.contains(_DECIMAL_COMMA).to_numpy()
    values[is_too_large] = np.nan
    faults = {
        "cell_not_number": is_no_number & ~has_comma,
        "cell_decimal_comma": has_comma,
        "cell_too_large": is_too_large,
    }
    return NumberCells(
        values=values,
        is_empty=is_empty,
        faults={code: where for code, where in faults.items() if where.any()},
    )


def read_values(column: pl.Series, values: Sequence[str]) -> ValueCells:
    """Find each cell's value among those known.

    A cell is meant as it stands; where it is none of the values, 1.0 is as good as 1, since that
    is how a column of whole numbers is often saved, and YES as good as yes, unless the task knows
    several values that differ in nothing else.
    """
    text = column.str.strip_chars().fill_null("")
    found = np.full(len(text), UNKNOWN, dtype=np.int16)
    found[_empty(text)] = MISSING
    numbers = _numbers(text)
    for position, number in enumerate(_numbers(pl.Series(values, dtype=pl.String))):
        found[numbers == number] = position
    for position, value in enumerate(values):
        found[(text == value.strip()).to_numpy()] = position
    is_respelt = np.zeros(len(text), dtype=np.bool_)
    if UNKNOWN in found:
        is_respelt = _find_respelt(text, values, found)
    return ValueCells(found, is_respelt)


def _find_respelt(
    text: pl.Series, values: Sequence[str], found: npt.NDArray[np.int16]
) -> npt.NDArray[np.bool_]:
    """Fill in what unknown cells mean in another case or form; tell where the case differs."""
    meant: dict[str, int] = {}
    for position, value in enumerate(values):
        key = folded(value)
        meant[key] = UNKNOWN if key in meant else position
    is_unknown: npt.NDArray[np.bool_] = found == UNKNOWN
    strange = text.filter(pl.Series(is_unknown)).unique().to_list()
    places = {cell: meant.get(folded(cell), UNKNOWN) for cell in strange}
    spelt = {cell: place for cell, place in places.items() if place != UNKNOWN}
    found[is_unknown] = text.filter(pl.Series(is_unknown)).replace_strict(
        spelt, default=UNKNOWN, return_dtype=pl.Int16
    )
    other = [cell for cell, at in spelt.items() if composed(cell) != composed(values[at].strip())]
    is_respelt: npt.NDArray[np.bool_] = is_unknown & text.is_in(other).to_numpy()
    return is_respelt


def is_empty_cell(column: pl.Series) -> npt.NDArray[np.bool_]:
    """Tell which cells of a column of text say nothing."""
    return _empty(column.str.strip_chars().fill_null(""))


def _empty(text: pl.Series) -> npt.NDArray[np.bool_]:
    return text.str.to_lowercase().is_in(_EMPTY).to_numpy()


def _numbers(text: pl.Series) -> npt.NDArray[np.float64]:
    """Return the numbers that stand in a column, not-a-number where none does."""
    values = text.cast(pl.Float64, strict=False)
    if values.null_count() > 0:
        truth = text.str.to_lowercase().replace_strict(_TRUTH, default=None)
        values = values.fill_null(truth.cast(pl.Float64, strict=False))
    # Adding zero makes -0 and 0 the same to the bytes too.
    return values.fill_null(float("nan")).to_numpy() + 0.0
