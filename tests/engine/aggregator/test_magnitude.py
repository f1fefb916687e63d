from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from disco_desktop.engine.aggregator.mean import Magnitude

values = st.floats(-1e6, 1e6, width=32)
blocks = st.lists(arrays(np.float32, st.integers(0, 20), elements=values), max_size=5)


def of(*blocks: np.ndarray) -> Magnitude:
    magnitude = Magnitude()
    for block in blocks:
        magnitude.include(np.asarray(block, np.float32))
    return magnitude


@given(blocks)
def test_norm_and_largest(blocks: list[np.ndarray]) -> None:
    magnitude = of(*blocks)
    everything = np.concatenate([np.zeros(0, np.float32), *blocks]).astype(np.float64)
    assert magnitude.is_finite
    assert magnitude.largest == np.abs(everything).max(initial=0)
    assert math.isclose(magnitude.norm, np.linalg.norm(everything), rel_tol=1e-5, abs_tol=1e-15)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", range(5))
def test_one_value_that_is_not_finite_is_found(value: float, place: int) -> None:
    everything = np.arange(5, dtype=np.float32)
    everything[place] = value
    for cut in range(6):
        assert not of(everything[:cut], everything[cut:]).is_finite


def test_squares_that_overflow_make_the_norm_infinite() -> None:
    magnitude = of(np.full(3, 1e38))
    assert magnitude.is_finite
    assert magnitude.norm == math.inf
    assert not magnitude.norm <= 1e6


def test_subnormals_and_minus_zero() -> None:
    magnitude = of(np.float32([-0.0, 1e-45, -2e-45]))
    assert magnitude.is_finite
    assert magnitude.largest == float(np.float32(2e-45))
