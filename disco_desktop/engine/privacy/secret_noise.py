"""Gaussian noise out of secret bits: who does not know them cannot take it away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from disco_desktop.engine.weights.weights import Buffer

_BLOCK = 1 << 15  # pairs of numbers drawn at once
_BITS = 53  # of a double


class SecretNoise:
    """Draws normal numbers from AES-256 in counter mode, under a key that nobody else ever sees.

    Generators for simulations, such as numpy's, can be worked out from their output. The seed that
    makes a training reproducible has no part in it either: it is known to whoever chose it.
    """

    def __init__(self) -> None:
        self._stream = Cipher(algorithms.AES(os.urandom(32)), modes.CTR(bytes(16))).encryptor()

    def add_to(self, buffer: Buffer, deviation: float) -> None:
        """Add to each value (elements,) its own normal number, in place.

        Args:
            buffer: what is changed.
            deviation: the standard deviation of the noise; zero changes nothing.
        """
        if deviation == 0:
            return
        for start in range(0, len(buffer), 2 * _BLOCK):
            part = buffer[start : start + 2 * _BLOCK]
            part += (deviation * self._normal(len(part))).astype(np.float32)

    def _normal(self, count: int) -> NDArray[np.float64]:
        """Return standard normal numbers (count,), by the method of Box and Muller (1958)."""
        pairs = -(-count // 2)
        uniform = self._uniform(2 * pairs)
        radius = np.sqrt(-2 * np.log1p(-uniform[:pairs]))
        angle = 2 * np.pi * uniform[pairs:]
        normal: NDArray[np.float64] = np.empty(2 * pairs)
        np.multiply(radius, np.cos(angle), out=normal[:pairs])
        np.multiply(radius, np.sin(angle), out=normal[pairs:])
        return normal[:count]

    def _uniform(self, count: int) -> NDArray[np.float64]:
        """Return numbers (count,) from zero, included, to one, excluded."""
        bits = np.frombuffer(self._stream.update(bytes(8 * count)), np.uint64)
        return (bits >> np.uint64(64 - _BITS)).astype(np.float64) * 2.0**-_BITS
