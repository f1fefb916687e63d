"""Weights of a secure sum: from orders of magnitude, in small integers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.aggregator.secure import (
    member_weight,
    told_samples,
    total_weight_range,
)

numbers = st.lists(st.integers(1, 1 << 40), min_size=3, max_size=32)


@pytest.mark.parametrize(
    ("samples", "told"), [(1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (1000, 1024), (1 << 40, 1 << 40)]
)
def test_the_power_of_two_at_or_above_is_told(samples, told) -> None:
    assert told_samples(samples, "samples") == told
    assert told_samples(samples, "equal") == 1


def test_nobody_trains_without_samples() -> None:
    with pytest.raises(ValueError, match="0 samples"):
        told_samples(0, "samples")


@pytest.mark.parametrize(
    ("samples", "weight"), [(1024, 32), (1000, 31), (513, 16), (100, 3), (48, 2), (16, 1), (1, 1)]
)
def test_weights_beside_1024_samples(samples, weight) -> None:
    assert member_weight(samples, largest_told=1024, weighting="samples") == weight
    assert member_weight(samples, largest_told=1024, weighting="equal") == 1


@given(samples=numbers, weighting=st.sampled_from(["samples", "equal"]))
def test_the_total_is_within_what_follows_from_what_was_told(samples, weighting) -> None:
    told = [told_samples(one, weighting) for one in samples]
    weights = [member_weight(one, largest_told=max(told), weighting=weighting) for one in samples]
    assert all(1 <= one <= 32 for one in weights)
    least, most = total_weight_range(told, weighting)
    assert least <= sum(weights) <= most <= 32 * len(samples)
    if weighting == "equal":
        assert weights == [1] * len(samples)
        assert least == most == len(samples)


@given(samples=numbers)
def test_weights_are_in_proportion_to_the_samples(samples) -> None:
    largest = max(told_samples(one, "samples") for one in samples)
    for one in samples:
        weight = member_weight(one, largest_told=largest, weighting="samples")
        assert abs(weight - 32 * one / largest) <= 0.5 or (weight == 1 and 32 * one < largest)
