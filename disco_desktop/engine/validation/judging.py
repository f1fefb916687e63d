"""Computing the figures of a test from what was predicted and what is true. No torch needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.validation.figures import ClassifierFigures, NumberFigures, ReliabilityBin

if TYPE_CHECKING:
    import numpy.typing as npt

BINS = 10


def judge_classes(
    probabilities: npt.NDArray[np.float32], truth: npt.NDArray[np.int64]
) -> ClassifierFigures:
    """Return the figures of predicted probabilities (n, values), n > 0; `truth` are places (n,)."""
    auc = [
        area_under_curve(probabilities[:, place], truth == place)
        for place in range(probabilities.shape[1])
    ]
    known = [area for area in auc if area is not None]
    prediction = probabilities.argmax(axis=1)
    bins = reliability(probabilities.max(axis=1), prediction == truth)
    return ClassifierFigures(
        auc=auc,
        mean_auc=sum(known) / len(known) if known else None,
        calibration_error=calibration_error(bins),
        reliability=bins,
    )


def judge_numbers(
    values: npt.NDArray[np.float64], truth: npt.NDArray[np.float64], unit: str
) -> NumberFigures:
    """Return the figures of predicted numbers (n,), n > 0, in their own unit."""
    away = values - truth
    squares, variance = float(np.mean(away**2)), float(np.var(truth))
    return NumberFigures(
        mean_absolute_error=float(np.mean(np.abs(away))),
        root_mean_squared_error=squares**0.5,
        r2=1 - squares / variance if variance > 0 else None,
        unit=unit,
    )


def area_under_curve(
    scores: npt.NDArray[np.float32], is_positive: npt.NDArray[np.bool_]
) -> float | None:
    """Return how often a positive sample (n,) has a higher score than a negative one.

    That is the area under the receiver operating characteristic, exactly: a tie counts as half.
    See Hanley and McNeil, "The meaning and use of the area under a ROC curve", 1982. None where
    there is no pair.
    """
    positives = int(is_positive.sum())
    pairs = positives * (len(is_positive) - positives)
    if not pairs:
        return None
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[place]  # equal scores share the mean of their ranks
    above = ranks[is_positive].sum() - positives * (positives + 1) / 2
    return float(above / pairs)


def reliability(
    confidence: npt.NDArray[np.float32], is_right: npt.NDArray[np.bool_]
) -> list[ReliabilityBin]:
    """Sort predictions (n,) by how sure they are into bins of equal width, from zero to one.

    Bins without samples are left out.
    """
    sure = confidence.astype(np.float64)
    # A bin holds its upper end, so that the surest are not in one of their own.
    place = np.clip(np.ceil(sure * BINS).astype(np.int64) - 1, 0, BINS - 1)
    samples = np.bincount(place, minlength=BINS)
    confident = np.bincount(place, weights=sure, minlength=BINS)
    right = np.bincount(place, weights=is_right.astype(np.float64), minlength=BINS)
    return [
        ReliabilityBin(
            confidence=float(confident[number] / samples[number]),
            accuracy=float(right[number] / samples[number]),
            samples=int(samples[number]),
        )
        for number in np.flatnonzero(samples).tolist()
    ]


def calibration_error(bins: list[ReliabilityBin]) -> float:
    """Return the expected calibration error.

    See Guo et al., "On Calibration of Modern Neural Networks", 2017, section 2.
    """
    samples = sum(one.samples for one in bins)
    away = sum(one.samples * abs(one.accuracy - one.confidence) for one in bins)
    return away / max(samples, 1)
