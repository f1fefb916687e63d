"""The size of an update, found in one pass while it arrives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from disco_desktop.engine.weights.weights import Buffer


class Magnitude:
    """Euclidean norm and largest absolute value of all values seen.

    Attributes:
        largest: the largest absolute value; infinity or NaN as soon as one value is.
    """

    def __init__(self) -> None:
        self.largest = 0.0
        self._squares = 0.0

    def include(self, block: Buffer) -> None:
        """Take in a block of float32 values."""
        if not len(block):
            return
        with np.errstate(over="ignore", invalid="ignore"):
            largest = max(float(block.max()), -float(block.min()))
            self._squares += float(np.dot(block, block))
        # `max` would drop a NaN on one side of the comparison and keep it on the other.
        self.largest = largest if math.isnan(largest) else max(self.largest, largest)
        if math.isnan(self._squares) or math.isnan(largest):
            self.largest = math.nan

    @property
    def norm(self) -> float:
        """The Euclidean norm; infinite where the squares overflow float32."""
        return math.sqrt(self._squares) if self._squares >= 0 else math.nan

    @property
    def is_finite(self) -> bool:
        """Whether no value is infinite or NaN."""
        return math.isfinite(self.largest)
