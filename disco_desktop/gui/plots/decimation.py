"""Fewer points that draw the same line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Point: TypeAlias = tuple[float, float]


def runs(xs: Sequence[float], ys: Sequence[float]) -> list[list[Point]]:
    """Return points that follow each other; what is infinite or not a number leaves a gap."""
    if all(map(math.isfinite, ys)):
        return [list(zip(xs, ys, strict=True))] if xs else []
    found: list[list[Point]] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if math.isfinite(y):
            found[-1].append((x, y))
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def decimated(run: Sequence[Point], least: float, greatest: float, columns: int) -> list[Point]:
    """Return the points that matter to a line of so many columns of pixels.

    Of each column it keeps the first, the lowest, the highest and the last: drawn without
    antialiasing, the line is the same to the pixel (M4; Jugel et al., VLDB 2014).

    Args:
        run: points from left to right.
        least: where the axis across begins.
        greatest: where it ends.
        columns: of pixels between them.
    """
    if len(run) <= 4 * columns:
        return list(run)
    in_column = columns / (greatest - least)
    kept: list[Point] = []
    start, column = 0, -1
    # Thousands of points come here with each picture of a running training.
    for place, here in enumerate([int((x - least) * in_column) for x, _ in run]):
        if here != column:
            kept += _corners(run[start:place])
            start, column = place, here
    return [*kept, *_corners(run[start:])]


def _corners(points: Sequence[Point]) -> Sequence[Point]:
    """Return the first, the lowest, the highest and the last point, in their order, each once."""
    if len(points) < 3:
        return points
    heights = [y for _, y in points]
    low, high = heights.index(min(heights)), heights.index(max(heights))
    return [points[place] for place in sorted({0, low, high, len(points) - 1})]
