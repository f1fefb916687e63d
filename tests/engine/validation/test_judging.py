from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.validation.judging import (
    area_under_curve,
    calibration_error,
    judge_classes,
    reliability,
)


def area(scores: list[float], is_positive: list[bool]) -> float | None:
    return area_under_curve(np.array(scores, np.float32), np.array(is_positive))


def test_the_area_is_one_where_all_positives_come_first() -> None:
    assert area([0.9, 0.8, 0.3, 0.1], [True, True, False, False]) == 1
    assert area([0.1, 0.2, 0.3, 0.4], [True, True, False, False]) == 0


def test_a_score_that_says_nothing_has_an_area_of_one_half() -> None:
    assert area([0.5] * 6, [True, False, False, True, False, False]) == 0.5


def test_there_is_no_area_without_both_kinds() -> None:
    assert area([0.5, 0.6], [True, True]) is None
    assert area([0.5, 0.6], [False, False]) is None
    assert area([], []) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40))
def test_the_area_is_the_share_of_pairs_in_the_right_order(pairs) -> None:
    scores, truth = [pair[0] / 8 for pair in pairs], [pair[1] for pair in pairs]
    positives = [score for score, is_positive in zip(scores, truth, strict=True) if is_positive]
    negatives = [score for score, is_positive in zip(scores, truth, strict=True) if not is_positive]
    won = [(p > n) + (p == n) / 2 for p in positives for n in negatives]
    expected = pytest.approx(sum(won) / len(won)) if won else None
    assert area(scores, truth) == expected


def test_bins_hold_their_upper_end_and_empty_ones_are_left_out() -> None:
    sure = np.array([1.0, 0.95, 0.9, 0.55], np.float64)
    bins = reliability(sure, np.array([True, False, True, False]))
    assert [one.samples for one in bins] == [1, 1, 2]
    assert [one.accuracy for one in bins] == [0, 1, 0.5]
    assert [one.confidence for one in bins] == pytest.approx([0.55, 0.9, 0.975])
    assert calibration_error(bins) == pytest.approx((0.55 + 0.1 + 2 * 0.475) / 4)


def test_a_model_that_is_as_sure_as_it_is_right_has_no_calibration_error() -> None:
    sure = np.full(10, 0.8, np.float64)
    bins = reliability(sure, np.array([True] * 8 + [False] * 2))
    assert calibration_error(bins) == pytest.approx(0)


def test_each_class_is_told_from_the_rest() -> None:
    probabilities = np.array(
        [[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.5, 0.4, 0.1]], np.float32
    )
    figures = judge_classes(probabilities, np.array([0, 0, 1, 1]))
    assert figures.auc == [1, 1, None]
    assert figures.mean_auc == 1
    assert sum(one.samples for one in figures.reliability) == 4


def test_both_areas_of_two_classes_are_equal() -> None:
    second = np.random.default_rng(1).random(50).astype(np.float32)
    truth = np.random.default_rng(2).integers(0, 2, 50)
    first, other = judge_classes(np.stack([1 - second, second], axis=1), truth).auc
    assert first == pytest.approx(other)
