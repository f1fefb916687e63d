"""How good a model is on each class, from what it took for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class ClassFigures:
    """Figures of one class; None where there is nothing to divide by.

    Attributes:
        precision: share of those predicted as this class that are.
        recall: share of those of this class that were found.
        f1: harmonic mean of both.
        samples: how many are of this class.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    samples: int


def class_figures(confusion: Sequence[Sequence[int]]) -> list[ClassFigures]:
    """Return the figures of all classes; a row is a true class, a column a predicted one."""
    return [_figures(confusion, place) for place in range(len(confusion))]


def _figures(confusion: Sequence[Sequence[int]], place: int) -> ClassFigures:
    right = confusion[place][place]
    samples = sum(confusion[place])
    predicted = sum(row[place] for row in confusion)
    return ClassFigures(
        precision=right / predicted if predicted else None,
        recall=right / samples if samples else None,
        f1=2 * right / (predicted + samples) if predicted + samples else None,
        samples=samples,
    )
