"""Figures of a test beyond loss and accuracy, in the form in which they are told and written."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class ReliabilityBin(Struct, frozen=True, kw_only=True):
    """Predictions that are about equally sure.

    Attributes:
        confidence: mean probability of what was predicted.
        accuracy: share of them that are right.
        samples: how many there are, never zero.
    """

    confidence: float
    accuracy: float
    samples: int


class ClassifierFigures(Struct, frozen=True, kw_only=True, tag="classes"):
    """How well a model tells classes apart, and whether it is as sure as it should be.

    Attributes:
        auc: of each class against the rest, the area under the receiver operating characteristic;
            None where the samples are all of the class, or none is.
        mean_auc: of the classes that have one.
        calibration_error: mean distance of confidence and accuracy, weighted by samples.
        reliability: the bins behind it that have samples, the least sure first.
    """

    auc: list[float | None]
    mean_auc: float | None
    calibration_error: float
    reliability: list[ReliabilityBin]


class NumberFigures(Struct, frozen=True, kw_only=True, tag="number"):
    """How far predicted numbers are from the true ones, in the outcome's own unit.

    Attributes:
        mean_absolute_error: mean distance.
        root_mean_squared_error: the same where large distances count more.
        r2: share of the outcome's variance that is explained, below zero where the mean would be
            the better prediction; None where the outcome does not vary.
    """

    mean_absolute_error: float
    root_mean_squared_error: float
    r2: float | None
    unit: str


Figures: TypeAlias = ClassifierFigures | NumberFigures
