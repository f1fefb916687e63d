from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from disco_desktop.engine.privacy.clipping import clip, euclidean_norm

values = arrays(np.float32, st.integers(1, 300), elements=st.floats(-1e6, 1e6, width=32))


@given(buffer=values, norm=st.floats(1e-3, 1e6))
def test_nothing_is_longer_than_the_norm_and_the_direction_stays(
    buffer: np.ndarray, norm: float
) -> None:
    before = buffer.astype(np.float64)
    factor = clip(buffer, norm)
    assert 0 < factor <= 1
    assert np.linalg.norm(buffer.astype(np.float64)) <= norm * (1 + 1e-6)
    assert np.allclose(buffer, before * factor, rtol=1e-5, atol=1e-30)


def test_what_is_short_enough_stays_bit_for_bit() -> None:
    buffer = np.float32([3.0, 4.0])
    assert clip(buffer, 5.0) == 1.0
    assert buffer.tolist() == [3.0, 4.0]


def test_the_norm_of_large_values_does_not_overflow() -> None:
    buffer = np.full(1_000_000, 1e30, np.float32)
    assert euclidean_norm(buffer) == pytest.approx(1e33, rel=1e-6)
    clip(buffer, 1.0)
    assert euclidean_norm(buffer) == pytest.approx(1.0, rel=1e-5)
