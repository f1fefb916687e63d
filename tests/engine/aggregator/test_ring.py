"""Fixed point in Z_2^32: nothing overflows, nothing is lost unsaid, means are rounded once."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from disco_desktop.engine.aggregator.ring import LARGEST_SUM, Ring, add_residues
from disco_desktop.engine.errors import ContributionError

changes = st.floats(1e-20, 1e6)
weights = st.integers(1, 3200)
signed = st.integers(-(2**31), 2**31 - 1)


def integers(residues: np.ndarray) -> list[int]:
    """Read residues in plain Python, without the code that is tested."""
    return [int(one) - (1 << 32 if one >= 1 << 31 else 0) for one in residues]


def is_nearest(value: np.float32, exact: Fraction) -> bool:
    """Tell whether no other float32 is nearer."""
    off = abs(Fraction(float(value)) - exact)
    sides = (np.nextafter(value, np.float32(side)) for side in (-np.inf, np.inf))
    return all(off <= abs(Fraction(float(side)) - exact) for side in sides)


@given(largest_change=changes, largest_weight=weights)
def test_the_largest_values_of_all_members_fit_and_would_not_with_half_the_step(
    largest_change, largest_weight
) -> None:
    ring = Ring(largest_change=largest_change, largest_weight=largest_weight)
    assert ring.largest * largest_weight <= LARGEST_SUM
    finer = float(np.float32(largest_change)) / (ring.step / 2)
    assert finer * largest_weight > LARGEST_SUM * (1 - 2**-20)


@given(largest_change=changes)
def test_three_alike_have_a_resolution_of_a_quarter_of_a_billionth(largest_change) -> None:
    ring = Ring(largest_change=largest_change, largest_weight=3)
    assert ring.step <= largest_change * 2**-28


@given(
    values=arrays(np.float32, st.integers(100, 300), elements=st.floats(-1, 1, width=32)),
    weight=st.integers(1, 32),
    members=st.integers(1, 100),
)
def test_each_value_is_the_nearest_step_times_the_weight(values, weight, members) -> None:
    ring = Ring(largest_change=1.0, largest_weight=32 * members)
    residues, share = ring.quantise(values, weight)
    expected = [weight * round(Fraction(float(one)) / Fraction(ring.step)) for one in values]
    assert integers(residues) == [*expected, weight]
    assert share == 0


@pytest.mark.parametrize("elements", [1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 3 << 16])
def test_blocks_join_without_a_seam(elements) -> None:
    values = np.random.default_rng(elements).uniform(-1, 1, elements).astype(np.float32)
    ring = Ring(largest_change=1.0, largest_weight=96)
    residues, _ = ring.quantise(values, 7)
    expected = 7 * np.rint(values.astype(np.float64) / ring.step).astype(np.int64)
    assert residues[:-1].astype(np.int64).tolist() == (expected % 2**32).tolist()
    assert ring.mean(residues).tolist() == (expected / 7 * ring.step).astype(np.float32).tolist()
    assert add_residues([residues, residues]).tolist() == (2 * residues).tolist()


@given(
    steps=st.lists(signed, min_size=1, max_size=50),
    weight=st.integers(1, 3200),
    largest_change=changes,
)
def test_a_mean_is_the_exact_quotient_rounded_once(steps, weight, largest_change) -> None:
    ring = Ring(largest_change=largest_change, largest_weight=weight)
    bound = weight * ring.largest
    within = [one % (2 * bound + 1) - bound for one in steps]
    mean = ring.mean(np.array([one % 2**32 for one in [*within, weight]], np.uint32))
    for one, value in zip(within, mean, strict=True):
        assert is_nearest(value, Fraction(one, weight) * Fraction(ring.step))


@pytest.mark.parametrize("weight", range(1, 64))
def test_a_mean_in_the_middle_between_two_float32_goes_to_the_even_one(weight) -> None:
    """Where the slightest error of the division would be seen."""
    ring = Ring(largest_change=float(2**24), largest_weight=weight)
    middles = np.random.default_rng(weight).integers(2**23, 2**24, 1000) * 2 + 1
    total = np.array([*(middles * weight), weight], np.uint32)
    means = ring.mean(total) / np.float32(ring.step)
    assert means.astype(np.int64).tolist() == [
        one - 1 if one % 4 == 1 else one + 1 for one in middles.tolist()
    ]


def test_extreme_values() -> None:
    """Subnormals and -0 are zero steps; the largest change is not clipped."""
    ring = Ring(largest_change=1.0, largest_weight=3)
    tiny = np.finfo(np.float32).smallest_subnormal
    values = np.array([0.0, -0.0, tiny, -tiny, 1e-38, 1.0, -1.0], np.float32)
    residues, share = ring.quantise(values, 1)
    assert integers(residues) == [0, 0, 0, 0, 0, 2**29, -(2**29), 1]
    assert share == 0
    assert ring.mean(residues).tolist() == [0, 0, 0, 0, 0, 1, -1]


@pytest.mark.parametrize("largest_change", [0.1, 1.0, 3.7, 1e-45, 1e-60, 1e6])
def test_what_goes_beyond_is_cut_off_and_told(largest_change) -> None:
    ring = Ring(largest_change=largest_change, largest_weight=3)
    values = np.zeros(1000, np.float32)
    values[:10] = [3e38, -3e38, *[2e7] * 8]
    before = values.copy()
    residues, share = ring.quantise(values, 1)
    assert integers(residues)[:3] == [ring.largest, -ring.largest, ring.largest]
    assert share == 0.01
    assert values.tolist() == before.tolist()
    assert np.abs(ring.mean(residues)).max() <= largest_change


def test_a_change_just_beyond_float32_is_clipped_and_one_below_is_not() -> None:
    ring = Ring(largest_change=0.1, largest_weight=3)  # float32 rounds 0.1 up
    values = np.zeros(1000, np.float32)
    values[0] = np.float32(0.1)
    values[1] = np.nextafter(np.float32(0.1), np.float32(0))
    _, share = ring.quantise(values, 1)
    assert share == 0.001


def test_too_much_clipping_is_an_error() -> None:
    values = np.zeros(1000, np.float32)
    values[:11] = 1.5
    with pytest.raises(ContributionError) as caught:
        Ring(largest_change=1.0, largest_weight=3).quantise(values, 1)
    assert caught.value.code == "update_clipped"
    assert caught.value.arguments == {"percent": pytest.approx(1.1)}


@given(
    elements=st.integers(1, 150_000), place=st.floats(0, 1), wrong=st.sampled_from([1, -1, None])
)
def test_no_infinity_and_no_nan_at_any_place(elements, place, wrong) -> None:
    values = np.zeros(elements, np.float32)
    values[int(place * (elements - 1))] = np.nan if wrong is None else wrong * np.inf
    with pytest.raises(ContributionError) as caught:
        Ring(largest_change=1.0, largest_weight=3).quantise(values, 1)
    assert caught.value.code == "update_not_finite"


@pytest.mark.parametrize("steps", [[2**29 + 1, 1], [-(2**29) - 1, 1], [5, 0], [5, 2**32 - 1]])
def test_a_sum_that_nobody_can_have(steps) -> None:
    ring = Ring(largest_change=1.0, largest_weight=3)
    with pytest.raises(ContributionError) as caught:
        ring.mean(np.array([one % 2**32 for one in steps], np.uint32))
    assert caught.value.code == "sum_not_possible"


@pytest.mark.parametrize("bad", [(0.0, 3), (-1.0, 3), (np.inf, 3), (np.nan, 3), (1.0, 0)])
def test_a_ring_of_nothing(bad) -> None:
    with pytest.raises(ValueError, match="a ring of"):
        Ring(largest_change=bad[0], largest_weight=bad[1])
