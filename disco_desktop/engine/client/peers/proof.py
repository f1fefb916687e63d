"""How the two ends of a direct way prove their keys, inside TLS.

    listener → nonce
    dialler  → its key, its nonce, its signature
    listener → its signature

Both signatures cover the task, the session, both keys, the certificate that the listener showed,
and both nonces: none holds at any other handshake, nor for the other side, nor behind a
certificate that somebody between the two has put in place. Who is not let in learns nobody's key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.client.identity import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verify
from disco_desktop.engine.client.peers.carrier import LARGEST_GREETING
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.client.statements import NONCE_BYTES, fresh_nonce, link_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from disco_desktop.engine.client.peers.carrier import Carrier
    from disco_desktop.engine.client.peers.membership import Membership
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
