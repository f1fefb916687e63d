"""Masks that two members agree on for one attempt, and that cancel in the sum of all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from disco_desktop.engine.aggregator.ring import RESIDUE
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.task.task import SMALLEST_SECRET_GROUP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.aggregator.ring import Residues
    from disco_desktop.engine.messages import AttemptMember

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


@dataclass(frozen=True, kw_only=True)
class AttemptContext:
    """One attempt to add up the updates of a fixed set of members.

    Attributes:
        members: everybody whose update is part of the sum, in the order of their ids.

    Raises:
        ContributionError: there are too few members for anybody to be hidden among them
            (`secure_group_too_small`), or one is named twice or out of order
            (`secure_group_differs`).
    """

    task_digest: str
    session: int
    round: int
    attempt: int
    members: tuple[AttemptMember, ...]

    def __post_init__(self) -> None:
        ids = self.ids
        if len(set(ids)) < SMALLEST_SECRET_GROUP:
            raise ContributionError("secure_group_too_small", members=len(set(ids)))
        if list(ids) != sorted(set(ids)):
            raise ContributionError("secure_group_differs", detail="repeated or out of order")

    @property
    def ids(self) -> tuple[str, ...]:
        """The members' ids, in order."""
        return tuple(member.participant for member in self.members)

    def digest(self) -> bytes:
        """Return SHA-256 of all of it: 32 bytes that differ as soon as anything does.

        What the members told of their samples is part of it, since the weights follow from that.
        """
        told = [f"{member.participant} {member.samples}" for member in self.members]
        content = hashlib.sha256(b"disco attempt")
        for field in (
            bytes.fromhex(self.task_digest),
            *(number.to_bytes(8, "little") for number in (self.session, self.round, self.attempt)),
            *(each.encode() for each in told),
        ):
            content.update(len(field).to_bytes(4, "little") + field)
        return content.digest()


class AttemptOrder:
    """The attempts that one participant has begun, in the sessions that it is part of.

    Whoever could have it mask twice for one attempt, or for one long past, would see more than
    one sum.
    """

    def __init__(self) -> None:
        self._latest: dict[tuple[str, int], tuple[int, int]] = {}

    def begin(self, context: AttemptContext) -> None:
        """Take note of an attempt before anything is sent for it.

        Raises:
            ContributionError: it, or a later one, was begun before (`attempt_spent`).
        """
        session = (context.task_digest, context.session)
        place = (context.round, context.attempt)
        if place <= self._latest.get(session, (-1, 0)):
            raise ContributionError("attempt_spent", attempt=context.attempt)
        self._latest[session] = place
