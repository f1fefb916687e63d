"""Content in pieces: how weights are digested and moved.

A content's digest is the SHA-256 of its pieces' digests. Whoever holds the digest can check the
list of the pieces' digests, and with it each piece as it arrives: one flipped bit costs one piece,
and the bytes are hashed once.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 20  # bytes
DIGEST_SIZE = hashlib.sha256().digest_size


def piece_digest(piece: bytes | bytearray | memoryview) -> bytes:
    """Digest one piece."""
    return hashlib.sha256(piece).digest()


def content_digest(piece_digests: bytes) -> str:
    """Digest a whole content, given its pieces' digests one after the other; in hexadecimal."""
    return hashlib.sha256(piece_digests).hexdigest()


def piece_count(size: int) -> int:
    """Return how many pieces a content of `size` bytes has."""
    return -(-size // PIECE)


def pieces(content: memoryview, *, offset: int = 0) -> Iterator[memoryview]:
    """Return the pieces of a content of bytes, from a piece's beginning on."""
    for start in range(offset, len(content), PIECE):
        yield content[start : start + PIECE]


def digest_pieces(content: memoryview) -> bytes:
    """Return the digests of all pieces of a content of bytes, one after the other."""
    return b"".join(piece_digest(piece) for piece in pieces(content))
