"""Masks that two members agree on without sending them, and that cancel in the sum of all.

Additive sharing in Z_2^32: of what a member has, it gives each other one a share that looks random,
and keeps the rest. A share is the key stream of a secret that both work out by themselves, so that
only public keys travel (Bonawitz et al., 2017, section 4; there with drop-outs, here without).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from disco_desktop.engine.aggregator.ring import RESIDUE
from disco_desktop.engine.errors import ContributionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.aggregator.attempt_context import AttemptContext
    from disco_desktop.engine.aggregator.ring import Residues

SEED_BYTES = 32
_BLOCK = 1 << 17  # bytes: zeros, stream and vector of a block stay in the processor's cache
_ZEROS = bytes(_BLOCK)
# What `update_into` wants free behind the last block, for ciphers that fill up blocks.
_SPARE = 15


@dataclass(frozen=True)
class Seed:
    """What two members know of their mask, and which of them adds it.

    Attributes:
        secret: the key of the stream; 32 bytes that must never leave this process.
        is_received: whether the share came from the other, who has the lower id: then it is added,
            else it was given away, and is subtracted.
    """

    secret: bytes
    is_received: bool

    def __repr__(self) -> str:
        return f"<Seed, {'received' if self.is_received else 'given away'}>"


class AttemptKey:
    """An X25519 key that is made for one attempt and forgotten after it."""

    def __init__(self) -> None:
        self._key = X25519PrivateKey.generate()

    @property
    def public(self) -> bytes:
        """The 32 bytes that the other members need."""
        return self._key.public_key().public_bytes_raw()

    def seed(self, context: AttemptContext, own: str, peer: str, peer_key: bytes) -> Seed:
        """Work out what this member and a peer share, in this attempt and between these two.

        HKDF-SHA256 (RFC 5869) over the X25519 secret (RFC 7748). Everything that the mask is for
        is part of the derivation, the two public keys too, since X25519 alone does not bind them.

        Raises:
            ContributionError: the peer's key is none, or a point of low order, with which anybody
                could work out the secret (`peer_key_refused`).
        """
        try:
            shared = self._key.exchange(X25519PublicKey.from_public_bytes(peer_key))
        except ValueError as error:
            raise ContributionError("peer_key_refused", peer=peer) from error
        pair = sorted([(own.encode(), self.public), (peer.encode(), peer_key)])
        purpose = b"disco mask" + context.digest()
        for name, key in pair:
            purpose += len(name).to_bytes(4, "little") + name + key
        derivation = HKDF(algorithm=SHA256(), length=SEED_BYTES, salt=None, info=purpose)
        return Seed(derivation.derive(shared), is_received=peer < own)


class MaskStream:
    """AES-256 in counter mode over zeros, read as little-endian 32-bit integers.

    A secret is used for one stream only, so that counting may begin at zero.
    """

    def __init__(self, secret: bytes) -> None:
        self._stream = Cipher(algorithms.AES(secret), modes.CTR(bytes(16))).encryptor()

    def read_into(self, room: bytearray, size: int) -> None:
        """Write the next `size` bytes to the beginning of a room that is 15 bytes longer."""
        zeros = _ZEROS if size == _BLOCK else memoryview(_ZEROS)[:size]
        self._stream.update_into(zeros, room)


def apply_masks(vector: Residues, seeds: Sequence[Seed]) -> None:
    """Mask a vector in place: add the shares received, subtract those given away.

    All masks of a block are applied while it is in the processor's cache.
    """
    streams = [(MaskStream(seed.secret), seed.is_received) for seed in seeds]
    room = bytearray(_BLOCK + _SPARE)
    mask = np.frombuffer(room, RESIDUE, _BLOCK // RESIDUE.itemsize)
    for start in range(0, len(vector), len(mask)):
        part = vector[start : start + len(mask)]
        share = mask[: len(part)]
        for stream, is_received in streams:
            stream.read_into(room, part.nbytes)
            if is_received:
                np.add(part, share, out=part)
            else:
                np.subtract(part, share, out=part)
