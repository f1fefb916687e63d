"""A line through points, with or without a mark on each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from disco_desktop.gui.plots.decimation import Run, decimated, runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from disco_desktop.gui.plots.scale import Scale

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
