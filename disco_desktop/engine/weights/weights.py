"""Weights: one flat float32 buffer and what it holds."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disco_desktop.engine.weights.manifest import Manifest

Buffer: TypeAlias = NDArray[np.float32]

_BLOCK = 1 << 20  # values looked at in one go, so that a check takes no memory to speak of


class Weights:
    """The parameters of a network, or a change of them.

    Attributes:
        manifest: names and shapes.
        buffer: all values in the manifest's order, shape (elements,), float32, contiguous.
    """

    __slots__ = ("buffer", "manifest")

    def __init__(self, manifest: Manifest, buffer: Buffer) -> None:
        if buffer.dtype != np.float32 or buffer.shape != (manifest.elements,):
            raise ValueError(f"the buffer is {buffer.dtype}{buffer.shape}, not {manifest.elements}")
        self.manifest = manifest
        self.buffer = buffer

    @classmethod
    def zeros(cls, manifest: Manifest) -> Weights:
        """Return weights that are all zero."""
        return cls(manifest, np.zeros(manifest.elements, np.float32))

    @classmethod
    def from_tensors(
        cls, manifest: Manifest, tensors: Mapping[str, NDArray[np.float32]]
    ) -> Weights:
        """Copy named tensors, each of its manifest's shape, into one buffer."""
        weights = cls(manifest, np.empty(manifest.elements, np.float32))
        for name, view in weights.tensors().items():
            view[...] = tensors[name]
        return weights

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return named views into the buffer, each of its manifest's shape."""
        return {
            name: self.buffer[place].reshape(shape) for name, shape, place in self.manifest.slices()
        }

    def copy(self) -> Weights:
        """Return weights with a buffer of their own."""
        return Weights(self.manifest, self.buffer.copy())

    def update_from(self, base: Weights) -> Weights:
        """Return the change that leads from `base` to these weights, in a buffer of its own."""
        return Weights(self.manifest, self.buffer - base.buffer)

    @property
    def is_finite(self) -> bool:
        """Whether no value is infinite or NaN."""
        return all(
            bool(np.isfinite(self.buffer[start : start + _BLOCK]).all())
            for start in range(0, len(self.buffer), _BLOCK)
        )

    def sha256(self) -> str:
        """Digest of the values as little-endian float32, in hexadecimal."""
        return hashlib.sha256(self.buffer.astype("<f4", copy=False).data).hexdigest()
