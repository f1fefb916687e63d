"""Codecs: how the values of an update become bytes on the wire.

Both are plain arrays of little-endian numbers in the manifest's order, so that a file of them can
be decoded block by block and nothing has to be parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from disco_desktop.engine.weights.weights import Buffer

Codec: TypeAlias = Literal["fp32", "bf16"]

_BLOCK = 1 << 16  # values: the arrays of a block stay in the processor's cache

VALUE_SIZE: dict[Codec, int] = {"fp32": 4, "bf16": 2}


def encoded_size(elements: int, codec: Codec) -> int:
    """Return how many bytes that many values take."""
    return elements * VALUE_SIZE[codec]


def encode(buffer: Buffer, codec: Codec) -> memoryview:
    """Return the bytes of float32 values; a view of the buffer itself where none need change.

    `bf16` keeps the upper half of a float32, rounded to the nearest, ties to even; infinity and
    NaN stay what they are, so that the receiver can refuse them.
    """
    if codec == "fp32":
        return buffer.astype("<f4", copy=False).data.cast("B")
    halves = np.empty(len(buffer), "<u2")
    for start in range(0, len(buffer), _BLOCK):
        _round_to_halves(buffer[start : start + _BLOCK], halves[start : start + _BLOCK])
    return halves.data.cast("B")


def _round_to_halves(values: Buffer, halves: NDArray[np.uint16]) -> None:
    bits = values.view(np.uint32)
    upper = bits >> np.uint32(16)
    rounded = upper & np.uint32(1)
    rounded += np.uint32(0x7FFF)
    rounded += bits
    rounded >>= np.uint32(16)
    halves[...] = rounded
    not_finite = ~np.isfinite(values)
    if not_finite.any():
        # Rounding could carry a NaN over into a number; its upper half with a bit set does not.
        halves[not_finite] = upper[not_finite]
        halves[np.isnan(values)] |= np.uint16(0x0040)


def decode(content: bytes | bytearray | memoryview, codec: Codec) -> Buffer:
    """Return the float32 values of encoded bytes; a read-only view where none need change."""
    if codec == "fp32":
        return np.frombuffer(content, "<f4").astype(np.float32, copy=False)
    halves = np.frombuffer(content, "<u2").astype(np.uint32)
    return (halves << np.uint32(16)).view(np.float32)
