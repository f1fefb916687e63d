"""A line through points, drawn with as few of them as look the same."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from disco_desktop.gui.plots.scale import Scale

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


Mark: TypeAlias = Literal["", "disc", "square"]

_SIDE = 6.0  # of a mark
_MARKS_APART = 9.0  # pixels, at the least: closer ones would hide the line
_MANY = 300  # points of a line, from which on Qt takes too long for one that is wider than a pixel


class Curve:
    """Values from left to right.

    Attributes:
        across: where they lie on the axis across.
        values: as many; where one is infinite or not a number, the line has a gap.
        mark: what stands on single points, so that lines differ in more than colour.
    """

    def __init__(self, mark: Mark = "", width: float = 1.0) -> None:
        self.mark = mark
        self._width = width
        self.across: list[float] = []
        self.values: list[float] = []
        self._runs: list[Run] = []
        self._lines: list[list[QPointF]] = []
        self._scale: Scale | None = None

    def show_values(self, across: Sequence[float], values: Sequence[float]) -> bool:
        """Take values; tell whether they are other ones than before."""
        if self.across == across and self.values == values:
            return False
        self.across, self.values = list(across), list(values)
        self._runs = runs(self.across, self.values)
        self._scale = None
        return True

    def finite_values(self) -> list[float]:
        """Return the values that have a place."""
        return list(filter(math.isfinite, self.values))

    def nearest(self, across: float) -> int | None:
        """Return the place of the point that is nearest to somewhere on the axis across."""
        places = range(len(self.across))
        return min(places, key=lambda place: abs(self.across[place] - across), default=None)

    def draw(self, painter: QPainter, scale: Scale, colour: QColor) -> None:
        """Draw the line and its marks."""
        if scale != self._scale:
            self._lines = [self._line(run, scale) for run in self._runs]
            self._scale = scale
        painter.setBrush(Qt.BrushStyle.NoBrush)
        is_wide = sum(map(len, self._lines)) < _MANY
        painter.setPen(QPen(colour, self._width if is_wide else 1.0))
        for line in self._lines:
            painter.drawPolyline(line)
        if self.mark:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for line in self._lines:
                for place in apart(line, _MARKS_APART):
                    draw_mark(painter, place, self.mark)

    def _line(self, run: Run, scale: Scale) -> list[QPointF]:
        columns = max(1, math.ceil(scale.area.width()))
        points = scale.points(decimated(run, *scale.across, columns))
        # A point alone makes no line, but is to be seen.
        return points if len(points) > 1 or self.mark else [points[0], points[0] + QPointF(1, 0)]


def draw_mark(painter: QPainter, middle: QPointF, mark: Mark) -> None:
    """Draw a mark with the painter's brush."""
    if mark == "disc":
        painter.drawEllipse(middle, _SIDE / 2, _SIDE / 2)
    else:
        painter.drawRect(QRectF(middle.x() - _SIDE / 2, middle.y() - _SIDE / 2, _SIDE, _SIDE))


def apart(places: Iterable[QPointF], distance: float) -> list[QPointF]:
    """Return the places, from left to right, that keep a distance from the one before."""
    kept: list[QPointF] = []
    end = -math.inf
    for place in places:
        if (x := place.x()) >= end:
            kept.append(place)
            end = x + distance
    return kept
