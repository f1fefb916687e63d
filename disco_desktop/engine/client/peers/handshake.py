"""How the two ends of a relayed way agree on keys that the server between them cannot know.

Both sides do the same:

    → ephemeral X25519 key, nonce
    → signature, as the first sealed frame

The keys come from the shared secret by HKDF-SHA256 over the transcript: task, session, both
identities, both ephemeral keys and both nonces. The signatures cover the transcript and the side
that signs, so that nobody is answered with its own words; that they open shows that both have the
same keys. This is SIGMA-I's idea (Krawczyk, CRYPTO 2003) with identities that are known before.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from disco_desktop.engine.client.identity import verify
from disco_desktop.engine.client.peers.carrier import LARGEST_GREETING
from disco_desktop.engine.client.peers.membership import card_id
from disco_desktop.engine.client.peers.sealing import KEY_BYTES, SealedCarrier, SealingKeys
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.client.statements import NONCE_BYTES, fresh_nonce, link_statement

if TYPE_CHECKING:
    from disco_desktop.engine.client.peers.carrier import Carrier
    from disco_desktop.engine.client.peers.limits import LinkLimits
    from disco_desktop.engine.client.peers.membership import Membership
    from disco_desktop.engine.messages import PeerCard

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
