"""The names and shapes of a network's weights, in the order in which they lie in the buffer."""

from __future__ import annotations

import hashlib
import math
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

LARGEST_TENSORS = 10_000
LARGEST_ELEMENTS = 1 << 33  # 32 GiB of float32

Shape: TypeAlias = Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(max_length=8)]


class Manifest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a flat buffer of weights holds.

    Attributes:
        names: one a tensor; for a torch network, the keys of its state.
        shapes: one a tensor; an empty shape is a single number.
    """

    names: Annotated[tuple[str, ...], Meta(max_length=LARGEST_TENSORS)]
    shapes: Annotated[tuple[Shape, ...], Meta(max_length=LARGEST_TENSORS)]

    def __post_init__(self) -> None:
        if len(self.names) != len(self.shapes):
            raise ValueError("`names` and `shapes` differ in length")
        if len(set(self.names)) < len(self.names):
            raise ValueError("two tensors have the same name")
        if self.elements > LARGEST_ELEMENTS:
            raise ValueError("the weights are larger than any machine can hold")

    @property
    def elements(self) -> int:
        """Number of float32 values in the buffer."""
        return sum(math.prod(shape) for shape in self.shapes)

    @property
    def bytes(self) -> int:
        """Size of the buffer."""
        return 4 * self.elements

    @property
    def digest(self) -> str:
        """SHA-256 of names and shapes, in hexadecimal."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()

    def slices(self) -> list[tuple[str, tuple[int, ...], slice]]:
        """Return each tensor's name, shape and place in the flat buffer."""
        places: list[tuple[str, tuple[int, ...], slice]] = []
        start = 0
        for name, shape in zip(self.names, self.shapes, strict=True):
            stop = start + math.prod(shape)
            places.append((name, shape, slice(start, stop)))
            start = stop
        return places
