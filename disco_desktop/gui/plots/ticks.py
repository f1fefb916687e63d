"""Round numbers to write along an axis."""

from __future__ import annotations

import math

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
