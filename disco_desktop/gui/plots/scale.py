"""From what is plotted to pixels, and the round numbers along an axis."""

from __future__ import annotations

import math
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


_STEPS = (1, 2, 5, 10)
_LARGEST, _SMALLEST = 1e6, 1e-4  # written with an exponent beyond


def ticks(least: float, greatest: float, most: int) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten.

    Args:
        least: where the axis begins.
        greatest: where it ends, further on.
        most: how many there may be, at least two.
    """
    step = _step((greatest - least) / most)
    first, last = math.ceil(least / step - 1e-9), math.floor(greatest / step + 1e-9)
    return [number * step for number in range(first, last + 1)][:most]


def _step(least: float) -> float:
    """Return the smallest round step that is not below another."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in _STEPS if step * power >= least * (1 - 1e-9))


def tick_words(values: list[float]) -> list[str]:
    """Write ticks, with as many digits as tell them apart."""
    if not values:
        return []
    step = values[1] - values[0] if len(values) > 1 else abs(values[0]) or 1.0
    last_digit = math.floor(math.log10(step) + 1e-6)
    largest = max(abs(value) for value in values)
    if largest >= _LARGEST or step < _SMALLEST:
        first_digit = math.floor(math.log10(max(largest, step)) + 1e-6)
        return [f"{value:.{1 + first_digit - last_digit}g}" for value in values]
    return [f"{value:,.{max(0, -last_digit)}f}" for value in values]
