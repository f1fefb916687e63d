"""The digest by which a model is known on the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.weights.codec import encode
from disco_desktop.engine.weights.pieces import content_digest, digest_pieces

if TYPE_CHECKING:
    from disco_desktop.engine.weights.weights import Weights


def model_digest(weights: Weights) -> str:
    """Digest weights as they travel: of their pieces in little-endian float32, in hexadecimal."""
    return content_digest(digest_pieces(encode(weights.buffer, "fp32")))
