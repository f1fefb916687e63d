from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.server.rate import TokenBucket


class Clock:
    """Time that moves when a test says so."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def bucket(per_second, burst):
    clock = Clock()
    return TokenBucket(per_second, burst, clock=clock), clock


def test_a_burst_is_allowed_and_then_the_steady_rate():
    tokens, clock = bucket(10, 5)
    assert [tokens.take() for _ in range(6)] == [True] * 5 + [False]
    clock.now += 0.25
    assert [tokens.take() for _ in range(3)] == [True, True, False]


def test_the_wait_is_just_long_enough():
    tokens, clock = bucket(4, 2)
    assert tokens.wait_for(2) == 0
    assert tokens.take(2)
    assert tokens.wait_for() == 0.25
    clock.now += 0.25
    assert tokens.take()


def test_what_is_larger_than_the_burst_never_comes():
    tokens, _ = bucket(10, 5)
    assert tokens.wait_for(6) == math.inf
    assert not tokens.take(6)


def test_rest_fills_no_more_than_the_burst():
    tokens, clock = bucket(10, 5)
    clock.now += 1e9
    assert sum(tokens.take() for _ in range(100)) == 5


@given(
    steps=st.lists(st.floats(0, 3), max_size=100),
    per_second=st.floats(0.1, 100),
    burst=st.integers(1, 50),
)
def test_never_more_than_the_burst_and_the_rate(steps, per_second, burst):
    tokens, clock = bucket(per_second, burst)
    taken = 0
    for step in steps:
        clock.now += step
        while tokens.take():
            taken += 1
    elapsed = clock.now - 1_000.0
    assert taken <= burst + per_second * elapsed + 1e-6


def test_without_a_clock_given_time_passes_by_itself():
    tokens = TokenBucket(1e9, 1)
    assert tokens.take()
    while not tokens.take():
        pass
