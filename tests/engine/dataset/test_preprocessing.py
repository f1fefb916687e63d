"""How numbers become features, and that the state of it travels."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from disco_desktop.engine.dataset.preprocessing import NumericPreparation, Preprocessing, fit
from disco_desktop.engine.errors import DataError
from disco_desktop.engine.task.outcome import BinaryOutcome
from disco_desktop.engine.task.tabular import NumericColumn, TabularData

OUTCOME = BinaryOutcome(name="y", values=("0", "1"), labels=("no", "yes"))
NAN = np.nan


def data(*columns: NumericColumn) -> TabularData:
    return TabularData(inputs=columns, outcome=OUTCOME)


def test_what_the_task_declares_is_taken_and_the_rest_is_fitted() -> None:
    declared = NumericColumn(name="a", center=10.0, scale=2.0)
    fitted = NumericColumn(name="b")
    numbers = np.array([[10.0, 1.0], [14.0, 3.0], [NAN, NAN]])
    preprocessing = fit(data(declared, fitted), numbers)
    assert preprocessing.columns == (
        NumericPreparation(name="a", center=10.0, scale=2.0, fill=10.0),
        NumericPreparation(name="b", center=2.0, scale=1.0, fill=2.0),
    )
    features = preprocessing.apply(numbers)
    assert features.tolist() == [[0.0, -1.0], [2.0, 1.0], [0.0, 0.0]]
    assert features.dtype == np.float32
    assert features.flags.c_contiguous


@pytest.mark.parametrize(("missing", "feature"), [("center", 0.0), ("zero", -5.0)])
def test_an_empty_cell_counts_as_the_task_says(missing, feature) -> None:
    column = NumericColumn(name="a", center=10.0, scale=2.0, missing=missing)
    assert fit(data(column), np.zeros((0, 1))).apply(np.array([[NAN]])).tolist() == [[feature]]


@pytest.mark.parametrize("values", [[], [7.0], [0.1, 0.1, 0.1], [NAN, NAN], [1e15, 1e15]])
def test_a_column_that_never_changes_is_not_divided_by_nothing(values) -> None:
    numbers = np.array(values).reshape(-1, 1)
    preprocessing = fit(data(NumericColumn(name="a")), numbers)
    assert preprocessing.columns[0].scale == 1.0
    assert np.abs(preprocessing.apply(numbers)).max(initial=0) < 1e-6


def test_a_column_far_from_zero_keeps_its_differences() -> None:
    numbers = np.array([[1e9], [1e9 + 2]])
    assert fit(data(NumericColumn(name="a")), numbers).apply(numbers).tolist() == [[-1.0], [1.0]]


@given(
    arrays.arrays(np.float64, (5, 1), elements=st.floats(-1e15, 1e15) | st.just(NAN)),
    st.none() | st.floats(min_value=5e-324, max_value=1e308),
)
def test_features_are_always_finite_and_bounded(numbers, scale) -> None:
    center = None if scale is None else 1e308
    column = NumericColumn(name="a", center=center, scale=scale)
    features = fit(data(column), numbers).apply(numbers)
    assert np.isfinite(features).all()
    assert np.abs(features).max() <= 1e6


@given(arrays.arrays(np.float64, (6, 2), elements=st.floats(-1e15, 1e15) | st.just(NAN)))
def test_the_state_survives_the_way_through_json(numbers) -> None:
    preprocessing = fit(data(NumericColumn(name="a"), NumericColumn(name="b")), numbers)
    again = msgspec.json.decode(msgspec.json.encode(preprocessing), type=Preprocessing)
    assert again == preprocessing
    assert again.apply(numbers).tobytes() == preprocessing.apply(numbers).tobytes()


def test_it_fits_its_own_columns_only() -> None:
    a, b = NumericColumn(name="a"), NumericColumn(name="b")
    preprocessing = fit(data(a, b), np.zeros((1, 2)))
    preprocessing.check_fits(data(a, b))
    with pytest.raises(DataError, match="preprocessing_mismatch"):
        preprocessing.check_fits(data(b, a))
