"""The mean of updates: exact, whatever the order, and bounded in memory and in what it takes."""

from __future__ import annotations

import math
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from disco_desktop.engine.aggregator.aggregator import Contribution, staleness
from disco_desktop.engine.aggregator.mean import LARGEST_WEIGHT, MeanAggregator
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.task.task import AbsoluteThreshold, Collaboration, RelativeThreshold
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

ELEMENTS = 5

updates = arrays(np.float32, ELEMENTS, elements=st.floats(-500, 500, width=32))
samples = st.integers(1, 1 << 40)


def weights_of(values: np.ndarray) -> Weights:
    buffer = np.asarray(values, np.float32)
    return Weights(Manifest(names=("tensor",), shapes=((len(buffer),),)), buffer)


def aggregator(
    *, current: np.ndarray | None = None, number: int = 0, **collaboration: object
) -> MeanAggregator:
    weights = weights_of(np.zeros(ELEMENTS) if current is None else current)
    settings = {"scheme": "federated", "minimum_participants": 1, **collaboration}
    return MeanAggregator(Collaboration(**settings), weights, round=number)


def contribution(
    participant: str, values: np.ndarray, *, samples: int = 1, base_round: int = 0, block: int = 2
) -> Contribution:
    values = np.asarray(values, np.float32)
    parts = [values[start : start + block] for start in range(0, len(values), block)]
    return Contribution(
        participant=participant,
        base_round=base_round,
        samples=samples,
        largest=float(np.abs(values).max(initial=0)),
        blocks=lambda: iter(parts),
    )


def aggregate_of(buffer: MeanAggregator, contributions: list[Contribution]) -> np.ndarray:
    for each in contributions:
        buffer.add(each)
    return buffer.aggregate().buffer


# --- the mean


@given(
    given_updates=st.lists(st.tuples(updates, samples, st.integers(0, 3)), min_size=1, max_size=6),
    order=st.randoms(use_true_random=False),
    block=st.integers(1, ELEMENTS),
)
def test_the_order_changes_no_bit(given_updates, order, block) -> None:
    contributions = [
        contribution(str(i), values, samples=n, base_round=3 - late, block=block)
        for i, (values, n, late) in enumerate(given_updates)
    ]
    shuffled = contributions[:]
    order.shuffle(shuffled)
    one = aggregate_of(aggregator(number=3, round_cutoff=3), contributions)
    other = aggregate_of(aggregator(number=3, round_cutoff=3), shuffled)
    assert one.tobytes() == other.tobytes()


@given(
    current=updates,
    given_updates=st.lists(st.tuples(updates, samples, st.integers(0, 5)), min_size=1, max_size=6),
    weighting=st.sampled_from(["samples", "equal"]),
)
def test_it_is_the_damped_mean_within_the_rounding_of_float32(
    current, given_updates, weighting
) -> None:
    """current + sum(n s update) / sum(n): the damping shrinks an update, but not its weight."""
    buffer = aggregator(current=current, number=5, round_cutoff=5, weighting=weighting)
    result = aggregate_of(
        buffer,
        [
            contribution(str(i), values, samples=n, base_round=5 - late)
            for i, (values, n, late) in enumerate(given_updates)
        ],
    )
    weights = [min(n, LARGEST_WEIGHT) if weighting == "samples" else 1 for _, n, _ in given_updates]
    for place in range(ELEMENTS):
        summed = sum(
            weight * Fraction(1 / math.sqrt(1 + late)) * Fraction(float(values[place]))
            for weight, (values, _, late) in zip(weights, given_updates, strict=True)
        )
        exact = Fraction(float(current[place])) + summed / sum(weights)
        nearest = float(exact)
        allowed = float(np.spacing(np.float32(abs(nearest)))) + 2.0**-31
        assert abs(float(result[place]) - nearest) <= allowed


def test_a_late_update_is_shrunk_and_keeps_its_weight() -> None:
    result = aggregate_of(
        aggregator(number=3, round_cutoff=3),
        [
            contribution("late", np.full(ELEMENTS, 8.0), base_round=0),  # s = 1/2
            contribution("fresh", np.zeros(ELEMENTS), base_round=3),
        ],
    )
    assert result.tolist() == [2.0] * ELEMENTS  # and not 8/3, nor 4


def test_samples_are_capped() -> None:
    result = aggregate_of(
        aggregator(),
        [
            contribution("boast", np.full(ELEMENTS, 1.0), samples=1 << 40),
            contribution("many", np.full(ELEMENTS, 3.0), samples=LARGEST_WEIGHT),
        ],
    )
    assert result.tolist() == [2.0] * ELEMENTS


# --- large values

HEAVY = st.tuples(
    arrays(np.float32, ELEMENTS, elements=st.floats(-500, 500, width=32)),
    st.integers(LARGEST_WEIGHT // 2, LARGEST_WEIGHT),
)


@given(heavy=st.lists(HEAVY, min_size=3, max_size=40), order=st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_nobody_fills_the_sum(heavy, order) -> None:
    """As many as there are of the heaviest are all taken, and still to the last bit."""
    contributions = [contribution(str(i), values, samples=n) for i, (values, n) in enumerate(heavy)]
    result = aggregate_of(aggregator(), contributions)
    order.shuffle(contributions)
    assert aggregate_of(aggregator(), contributions).tobytes() == result.tobytes()
    total = sum(n for _, n in heavy)
    for place in range(ELEMENTS):
        exact = sum(n * Fraction(float(values[place])) for values, n in heavy) / total
        assert (
            abs(float(result[place]) - float(exact))
            <= float(np.spacing(np.float32(abs(float(exact))))) + 2.0**-31
        )


@pytest.mark.parametrize("value", [1000.0, 1e6, 3e38, math.inf, math.nan])
def test_an_update_that_would_overflow_is_refused(value: float) -> None:
    buffer = aggregator()
    before = contribution("one", np.ones(ELEMENTS), samples=LARGEST_WEIGHT)
    buffer.add(before)
    large = contribution("large", np.full(ELEMENTS, value), samples=LARGEST_WEIGHT)
    with pytest.raises(ContributionError) as caught:
        buffer.add(large)
    assert caught.value.code == "update_too_large"
    with pytest.raises(ContributionError):
        buffer.check(large)
    assert buffer.contributors == {"one"}
    assert buffer.aggregate().buffer.tolist() == [1.0] * ELEMENTS


def test_an_update_that_cannot_be_read_to_its_end_spoils_no_model() -> None:
    """The buffer aggregates no more, rather than with half of it."""

    def broken():
        yield np.ones(2, np.float32)
        raise OSError("unreadable")

    buffer = aggregator()
    buffer.add(contribution("one", np.ones(ELEMENTS)))
    damaged = Contribution(participant="x", base_round=0, samples=1, largest=1.0, blocks=broken)
    with pytest.raises(OSError, match="unreadable"):
        buffer.add(damaged)
    assert buffer.contributors == {"one"}
    with pytest.raises(ValueError, match="by half"):
        buffer.add(contribution("another", np.ones(ELEMENTS)))
    with pytest.raises(ValueError, match="by half"):
        buffer.aggregate()


@pytest.mark.parametrize("length", [ELEMENTS - 1, ELEMENTS + 1, 0])
def test_an_update_of_another_length(length: int) -> None:
    buffer = aggregator()
    with pytest.raises(ValueError, match=r"values|broadcast"):
        buffer.add(contribution("x", np.ones(length)))
    assert buffer.contributors == set()


# --- whom it counts


def test_a_duplicate_changes_nothing() -> None:
    buffer = aggregator()
    buffer.add(contribution("one", np.full(ELEMENTS, 1.0)))
    buffer.add(contribution("one", np.full(ELEMENTS, 9.0)))
    assert buffer.aggregate().buffer.tolist() == [1.0] * ELEMENTS
    assert buffer.holds("one", 0)
    assert not buffer.holds("one", 1)


def test_updates_of_two_rounds_by_one_count_both_but_make_one_contributor() -> None:
    buffer = aggregator(number=1, round_cutoff=1, minimum_participants=2)
    buffer.add(contribution("one", np.full(ELEMENTS, math.sqrt(2)), base_round=0))
    buffer.add(contribution("one", np.full(ELEMENTS, 3.0), base_round=1))
    assert buffer.contributors == {"one"}
    assert not buffer.is_full(is_overdue=True)
    assert np.allclose(buffer.aggregate().buffer, 2.0)


@given(current=st.integers(0, 20), base=st.integers(0, 20), cutoff=st.integers(0, 5))
def test_lateness(current: int, base: int, cutoff: int) -> None:
    collaboration = Collaboration(scheme="federated", round_cutoff=cutoff)
    late = current - base
    if 0 <= late <= cutoff:
        assert staleness(base, current, collaboration) == late
        return
    with pytest.raises(ContributionError) as caught:
        staleness(base, current, collaboration)
    assert caught.value.code == ("update_of_future_round" if late < 0 else "update_too_late")
    buffer = aggregator(number=current, round_cutoff=cutoff)
    with pytest.raises(ContributionError):
        buffer.add(contribution("one", np.ones(ELEMENTS), base_round=base))
    assert not buffer.contributors


# --- when it is full


def filled(buffer: MeanAggregator, contributors: int, active: int) -> MeanAggregator:
    for number in range(contributors):
        buffer.add(contribution(str(number), np.zeros(ELEMENTS)))
    buffer.active = frozenset(str(number) for number in range(active))
    return buffer


@given(
    percent=st.integers(1, 100),
    active=st.integers(1, 120),
    contributors=st.integers(0, 120),
    minimum=st.integers(1, 5),
)
@settings(max_examples=60)
def test_relative_threshold(percent: int, active: int, contributors: int, minimum: int) -> None:
    """So many of those that are there: not one more because 0.07 times 100 is above 7."""
    threshold = RelativeThreshold(share=percent / 100)
    buffer = aggregator(threshold=threshold, minimum_participants=minimum)
    filled(buffer, contributors, active)
    needed = -(-percent * active // 100)
    expected = contributors >= minimum and min(contributors, active) >= needed
    assert buffer.is_full() == expected


@given(needed=st.integers(1, 6), contributors=st.integers(0, 8), minimum=st.integers(1, 6))
def test_absolute_threshold(needed: int, contributors: int, minimum: int) -> None:
    buffer = aggregator(
        threshold=AbsoluteThreshold(contributions=needed), minimum_participants=minimum
    )
    filled(buffer, contributors, 10)
    assert buffer.is_full() == (contributors >= max(needed, minimum))


@given(contributors=st.integers(0, 6), minimum=st.integers(1, 6))
def test_a_deadline_closes_with_the_minimum_and_never_below(contributors, minimum) -> None:
    buffer = filled(aggregator(minimum_participants=minimum), contributors, 10)
    assert buffer.is_full(is_overdue=True) == (contributors >= minimum)


def test_those_who_left_count_and_are_not_waited_for() -> None:
    buffer = filled(aggregator(minimum_participants=2), 2, 0)
    buffer.active = frozenset({"1", "2"})
    assert not buffer.is_full()  # "2" is here and has not contributed
    buffer.active = frozenset({"1"})
    assert buffer.is_full()
    buffer.active = frozenset()
    assert buffer.is_full()


def test_nothing_to_aggregate() -> None:
    buffer = aggregator()
    assert not buffer.is_full(is_overdue=True)
    with pytest.raises(ValueError, match="no contributions"):
        buffer.aggregate()


def test_the_next_round_begins_empty() -> None:
    buffer = aggregator()
    buffer.add(contribution("one", np.full(ELEMENTS, 1.0)))
    buffer.begin_round(buffer.aggregate())
    assert (buffer.round, buffer.contributors) == (1, frozenset())
    buffer.add(contribution("one", np.full(ELEMENTS, 1.0), base_round=1))
    assert buffer.aggregate().buffer.tolist() == [2.0] * ELEMENTS


def test_the_model_it_began_from_is_not_touched() -> None:
    buffer = aggregator()
    buffer.add(contribution("one", np.full(ELEMENTS, 1.0)))
    before = buffer.weights.buffer
    buffer.aggregate()
    assert before.tolist() == [0.0] * ELEMENTS


# --- memory


def test_memory_does_not_grow_with_the_contributions() -> None:
    elements = 300_000
    buffer = aggregator(current=np.zeros(elements))
    values = np.random.default_rng(0).standard_normal(elements).astype(np.float32)
    buffer.add(contribution("first", values, samples=LARGEST_WEIGHT, block=1 << 16))
    more = [contribution(str(number), values, block=1 << 16) for number in range(30)]
    tracemalloc.start()
    try:
        for each in more:
            buffer.add(each)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < values.nbytes // 4
