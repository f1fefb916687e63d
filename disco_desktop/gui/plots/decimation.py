"""Fewer points that draw the same line."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Run:
    """Points that follow each other without a gap, from left to right."""

    xs: Sequence[float]
    ys: Sequence[float]

    @property
    def points(self) -> list[Point]:
        """All of them."""
        return list(zip(self.xs, self.ys, strict=True))


def runs(xs: Sequence[float], ys: Sequence[float]) -> list[Run]:
    """Return points that follow each other; what is infinite or not a number leaves a gap."""
    is_whole = all(map(math.isfinite, ys))  # thousands of values, with each picture
    gaps = [] if is_whole else [place for place, y in enumerate(ys) if not math.isfinite(y)]
    starts, ends = [0, *(gap + 1 for gap in gaps)], [*gaps, len(ys)]
    return [
        Run(xs[start:end], ys[start:end])
        for start, end in zip(starts, ends, strict=True)
        if start < end
    ]


def decimated(run: Run, least: float, greatest: float, columns: int) -> list[Point]:
    """Return the points that matter to a line of so many columns of pixels.

    Of each column it keeps the first, the lowest, the highest and the last: drawn without
    antialiasing, the line is the same to the pixel (M4; Jugel et al., VLDB 2014).

    Args:
        run: the line.
        least: where the axis across begins.
        greatest: where it ends.
        columns: of pixels between them.
    """
    if len(run.xs) <= 4 * columns:
        return run.points
    width = (greatest - least) / columns
    kept: list[Point] = []
    start = 0
    for column in range(1, columns + 1):
        is_last = column == columns
        end = len(run.xs) if is_last else bisect_left(run.xs, least + column * width, start)
        if end > start:
            kept += _corners(run, start, end)
            start = end
    return kept


def _corners(run: Run, start: int, end: int) -> list[Point]:
    """Return the first, the lowest, the highest and the last point, in their order, each once."""
    ys = run.ys[start:end]
    places = {0, ys.index(min(ys)), ys.index(max(ys)), len(ys) - 1}
    return [(run.xs[start + place], ys[place]) for place in sorted(places)]
