"""From text to numbers and outcomes."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.dataset.cells import MISSING, UNKNOWN, read_numbers, read_values
from disco_desktop.engine.task.outcome import BinaryOutcome


def column(*cells: str | None) -> pl.Series:
    return pl.Series("x", cells, dtype=pl.String)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("3", 3.0),
        (" -2.5\t", -2.5),
        ("+1e3", 1000.0),
        (".5", 0.5),
        ("1e-320", 1e-320),
        ("TRUE", 1.0),
        ("false", 0.0),
        ("999999999999999", 999999999999999.0),
    ],
)
def test_numbers(cell, number) -> None:
    read = read_numbers(column(cell))
    assert read.values.tolist() == [number]
    assert read.faults == {}
    assert not read.is_empty.any()


@pytest.mark.parametrize(
    "cell", [None, "", "  ", "NA", "n/a", "#N/A", "NaN", "nan", "NULL", "None"]
)
def test_empty_cells(cell) -> None:
    read = read_numbers(column("1", cell))
    assert read.is_empty.tolist() == [False, True]
    assert math.isnan(read.values[1])
    assert read.faults == {}


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("three", "cell_not_number"),
        ("1_000", "cell_not_number"),
        ("0x10", "cell_not_number"),
        ("5 mg", "cell_not_number"),
        ("2020-01-02", "cell_not_number"),
        ("=1+1", "cell_not_number"),
        ("3,5", "cell_decimal_comma"),
        ("-1.234,5", "cell_decimal_comma"),
        ("inf", "cell_too_large"),
        ("-Infinity", "cell_too_large"),
        ("1e400", "cell_too_large"),
        ("-1e16", "cell_too_large"),
    ],
)
def test_faulty_cells(cell, code) -> None:
    read = read_numbers(column("1", cell, None))
    assert {code: where.tolist() for code, where in read.faults.items()} == {
        code: [False, True, False]
    }
    assert math.isnan(read.values[1])


def test_minus_zero_is_zero_to_the_bytes() -> None:
    values = read_numbers(column("0", "-0", "-0.0")).values
    assert values.tobytes() == np.zeros(3).tobytes()


@given(st.lists(st.text(max_size=12) | st.floats().map(str) | st.none(), max_size=20))
def test_every_cell_is_a_bounded_number_or_empty_or_has_one_fault(cells) -> None:
    read = read_numbers(column(*cells))
    states = np.stack([np.isfinite(read.values), read.is_empty, *read.faults.values()])
    assert (states.sum(axis=0) == 1).all()
    assert not (np.abs(read.values) > 1e15).any()


def outcomes(*cells: str | None, values: tuple[str, str] = ("0", "1")) -> list[int]:
    outcome = BinaryOutcome(name="x", values=values, labels=("a", "b"))
    return read_values(column(*cells), outcome.values).places.tolist()


def test_outcomes_as_they_stand() -> None:
    assert outcomes(" no", "yes", "Yess", None, values=("no", "yes")) == [0, 1, UNKNOWN, MISSING]


def test_whole_numbers_saved_with_decimals_and_truth_values() -> None:
    assert outcomes("1.0", "0.0", "1e0", "true", "FALSE", "2", "") == [
        1, 0, 1, 1, 0, UNKNOWN, MISSING,
    ]  # fmt: skip


def test_a_value_that_looks_empty_is_a_value_where_the_task_says_so() -> None:
    assert outcomes("NA", "yes", "", values=("NA", "yes")) == [0, 1, MISSING]


def test_text_values_are_not_taken_for_numbers() -> None:
    assert outcomes("nan", "inf", "x", values=("x", "y")) == [MISSING, UNKNOWN, 0]
