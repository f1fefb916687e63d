"""How the two ends of a connection prove their keys, inside TLS or through a relay."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from disco_desktop.engine.client.identity import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verify
from disco_desktop.engine.client.peers.membership import card_id
from disco_desktop.engine.client.peers.relayed import KEY_BYTES, SealedCarrier, SealingKeys
from disco_desktop.engine.client.peers.transport import LARGEST_GREETING, LinkLostError
from disco_desktop.engine.client.statements import NONCE_BYTES, fresh_nonce, link_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from disco_desktop.engine.client.peers.membership import Membership
    from disco_desktop.engine.client.peers.transport import Carrier, LinkLimits
    from disco_desktop.engine.messages import PeerCard

_ANSWER_BYTES = PUBLIC_KEY_BYTES + NONCE_BYTES + SIGNATURE_BYTES


async def prove_as_dialler(carrier: Carrier, membership: Membership, card: PeerCard) -> None:
    """Prove our key to whom we have called, and have it prove the key of its card.

    Raises:
        LinkLostError: it did not, or did not let us in.
    """
    theirs = await _receive(carrier, NONCE_BYTES)
    ours = fresh_nonce()
    key = membership.identity.public_key
    dialler, listener = _statements(
        membership, key, card.public_key, card.certificate, theirs, ours
    )
    await carrier.send(key + ours + membership.identity.sign(dialler))
    if not verify(card.public_key, listener, await _receive(carrier, SIGNATURE_BYTES)):
        raise LinkLostError("the listener did not prove its key")


async def prove_as_listener(
    carrier: Carrier,
    membership: Membership,
    certificate: str,
    is_introduced: Callable[[bytes], bool],
) -> bytes:
    """Have a caller prove its key, and prove ours; return the caller's key.

    Args:
        carrier: leads to the caller.
        membership: who we are.
        certificate: the fingerprint of the one that we showed.
        is_introduced: tells whether somebody with this key is let in.

    Raises:
        LinkLostError: it did not prove it, or is not let in.
    """
    ours = fresh_nonce()
    await carrier.send(ours)
    fields = _split(await _receive(carrier, _ANSWER_BYTES))
    key, theirs, signature = next(fields), next(fields), next(fields)
    if not is_introduced(key):
        raise LinkLostError("a caller whom nobody introduced")
    own = membership.identity.public_key
    dialler, listener = _statements(membership, key, own, certificate, ours, theirs)
    if not verify(key, dialler, signature):
        raise LinkLostError("the caller did not prove its key")
    await carrier.send(membership.identity.sign(listener))
    return key


def _statements(
    membership: Membership,
    dialler: bytes,
    listener: bytes,
    certificate: str,
    listener_nonce: bytes,
    dialler_nonce: bytes,
) -> tuple[bytes, bytes]:
    """Return what the dialler signs and what the listener signs."""
    fields = (dialler, listener, bytes.fromhex(certificate), listener_nonce, dialler_nonce)
    said = [
        link_statement(
            purpose,
            task_digest=membership.task_digest,
            session=membership.session,
            fields=fields,
        )
        for purpose in ("direct dialler", "direct listener")
    ]
    return said[0], said[1]


async def _receive(carrier: Carrier, size: int) -> bytes:
    frame = bytes(await carrier.receive(LARGEST_GREETING))
    if len(frame) != size:
        raise LinkLostError(f"{len(frame)} bytes of a handshake where {size} are due")
    return frame


def _split(answer: bytes) -> Iterator[bytes]:
    start = 0
    for size in (PUBLIC_KEY_BYTES, NONCE_BYTES, SIGNATURE_BYTES):
        yield answer[start : start + size]
        start += size


_EXCHANGE_BYTES = 32


async def agree(
    carrier: Carrier, membership: Membership, card: PeerCard, limits: LinkLimits
) -> SealedCarrier:
    """Prove our key to a peer, have it prove the one of its card, and seal all that follows.

    The wait for the peer's first word is the caller's to bound: it may come to the relay later.

    Raises:
        LinkLostError: the peer did not prove its key, or what it said is no handshake.
    """
    secret = X25519PrivateKey.generate()
    ours = secret.public_key().public_bytes_raw() + fresh_nonce()
    await carrier.send(ours)
    theirs = bytes(await carrier.receive(LARGEST_GREETING))
    if len(theirs) != _EXCHANGE_BYTES + NONCE_BYTES:
        raise LinkLostError(f"{len(theirs)} bytes where a key and a nonce are due")
    is_first = membership.is_chooser(card_id(card))
    told = _Transcript(membership, card, ours, theirs, is_first=is_first)
    sealed = SealedCarrier(carrier, _keys(secret, theirs, told.digest("keys"), is_first=is_first))
    mine, other = ("relayed first", "relayed second")[:: 1 if is_first else -1]
    try:
        async with asyncio.timeout(limits.handshake):
            await sealed.send(membership.identity.sign(told.digest(mine)))
            signature = bytes(await sealed.receive(LARGEST_GREETING))
    except TimeoutError as error:
        raise LinkLostError("the peer did not prove its key in time") from error
    if not verify(card.public_key, told.digest(other), signature):
        raise LinkLostError("the peer did not prove its key")
    return sealed


class _Transcript:
    """All that both have said, in the order of their ids."""

    def __init__(
        self,
        membership: Membership,
        card: PeerCard,
        ours: bytes,
        theirs: bytes,
        *,
        is_first: bool,
    ) -> None:
        sides = [(membership.identity.public_key, ours), (card.public_key, theirs)]
        first, second = sides if is_first else sides[::-1]
        self._membership = membership
        self._fields = (*first, *second)

    def digest(self, purpose: str) -> bytes:
        return link_statement(
            purpose,
            task_digest=self._membership.task_digest,
            session=self._membership.session,
            fields=self._fields,
        )


def _keys(
    secret: X25519PrivateKey, theirs: bytes, transcript: bytes, *, is_first: bool
) -> SealingKeys:
    try:
        shared = secret.exchange(X25519PublicKey.from_public_bytes(theirs[:_EXCHANGE_BYTES]))
    except ValueError as error:  # what every key of low order ends in: a secret of zeros
        raise LinkLostError("the peer's key is of low order") from error
    derived = HKDF(
        algorithm=SHA256(), length=2 * KEY_BYTES, salt=transcript, info=b"disco relayed link"
    ).derive(shared)
    first, second = derived[:KEY_BYTES], derived[KEY_BYTES:]
    return SealingKeys(first, second) if is_first else SealingKeys(second, first)
