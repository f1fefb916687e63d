from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.gui.plots.scale import tick_words, ticks


@pytest.mark.parametrize(
    ("least", "greatest", "most", "words"),
    [
        (0, 1, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.02, 1.02, 5, ["0.0", "0.5", "1.0"]),
        (0.1, 60.4, 7, ["10", "20", "30", "40", "50", "60"]),
        (0.694, 0.7, 4, ["0.694", "0.696", "0.698", "0.700"]),
        (-3, 3, 3, ["-2", "0", "2"]),
        (0, 61_000, 4, ["0", "20,000", "40,000", "60,000"]),
        (0, 4e6, 4, ["0", "1e+06", "2e+06", "3e+06"]),
        (1e5, 1e5 + 1, 2, ["100,000.0", "100,000.5"]),
        (-2e6, 3.5e6, 3, ["-2e+06", "0", "2e+06"]),
        (1e7, 1.00002e7, 3, ["1e+07", "1.00001e+07", "1.00002e+07"]),
        (0, 4e-5, 4, ["0", "1e-05", "2e-05", "3e-05"]),
    ],
)
def test_ticks_are_round_and_written_alike(least, greatest, most, words):
    assert tick_words(ticks(least, greatest, most)) == words


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 20))
def test_ticks_lie_on_the_axis_and_are_evenly_apart(least, length, most):
    greatest = least + length
    values = ticks(least, greatest, most)
    assert len(values) <= most
    assert all(least - 1e-6 * length <= value <= greatest + 1e-6 * length for value in values)
    steps = [after - before for before, after in itertools.pairwise(values)]
    assert all(math.isclose(step, steps[0], rel_tol=1e-3) for step in steps)
    assert len(set(tick_words(values))) == len(values)


def test_an_axis_without_ticks_has_no_words():
    assert tick_words([]) == []
