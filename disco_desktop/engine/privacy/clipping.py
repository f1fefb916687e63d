"""Clipping: no update is longer than a norm, so that no participant's data weigh without limit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from disco_desktop.engine.weights.weights import Buffer

_BLOCK = 1 << 16  # values: their squares in float64 stay in the processor's cache


def euclidean_norm(buffer: Buffer) -> float:
    """Return the Euclidean norm of all values (elements,), summed in float64."""
    squares = 0.0
    for start in range(0, len(buffer), _BLOCK):
        block = buffer[start : start + _BLOCK].astype(np.float64)
        squares += float(np.dot(block, block))
    return math.sqrt(squares)


def clip(buffer: Buffer, norm: float) -> float:
    """Shorten an update in place where it is longer than `norm`; its direction stays.

    What is clipped is the change against the common weights that the round began from, from the
    first round on (Abadi et al., 2016, Algorithm 1; McMahan et al., 2018).

    Returns:
        What it was multiplied by: one where it was short enough.
    """
    length = euclidean_norm(buffer)
    if length <= norm:
        return 1.0
    factor = norm / length
    buffer *= np.float32(factor)
    return factor
