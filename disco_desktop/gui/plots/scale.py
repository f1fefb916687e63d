"""From what is plotted to pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QPointF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QRectF

Ends: TypeAlias = tuple[float, float]

_SMALLEST_RANGE = 1e-9  # as a share of the values
_NOTHING = 1e-100  # what is nearer to zero counts as zero


def ends_of(least: float, greatest: float, *, room: float) -> Ends:
    """Return an axis's ends for values from `least` to `greatest`.

    Args:
        least: of the values.
        greatest: of the values.
        room: on either side, as a share of their range.
    """
    largest = max(abs(least), abs(greatest))
    # No range at all would put every value nowhere, and in a smaller one all ticks would be alike.
    if greatest - least <= max(_SMALLEST_RANGE * largest, _NOTHING):
        apart = largest / 2 if largest > _NOTHING else 1.0
        return least - apart, greatest + apart
    beyond = room * (greatest - least)
    return least - beyond, greatest + beyond


@dataclass(frozen=True)
class Scale:
    """Where a plot's values lie on the screen.

    Attributes:
        area: between the axes, in pixels.
        across: the ends of the axis across.
        upwards: of the axis upwards.
    """

    area: QRectF
    across: Ends
    upwards: Ends

    def x(self, value: float) -> float:
        """Return where a value across lies."""
        least, greatest = self.across
        return self.area.left() + self.area.width() * (value - least) / (greatest - least)

    def y(self, value: float) -> float:
        """Return where a value upwards lies."""
        least, greatest = self.upwards
        return self.area.bottom() - self.area.height() * (value - least) / (greatest - least)

    def points(self, values: Iterable[tuple[float, float]]) -> list[QPointF]:
        """Return where many points lie."""
        (left, right), (low, high) = self.across, self.upwards
        wide = self.area.width() / (right - left)
        tall = self.area.height() / (high - low)
        x, y = self.area.left() - wide * left, self.area.bottom() + tall * low
        return [QPointF(x + wide * across, y - tall * upwards) for across, upwards in values]

    def across_at(self, x: float) -> float:
        """Return which value across lies at a pixel."""
        least, greatest = self.across
        return least + (greatest - least) * (x - self.area.left()) / self.area.width()
