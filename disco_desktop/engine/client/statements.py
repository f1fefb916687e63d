"""What is signed, so that each knows whom it talks to.

At a handshake the statements of both sides hold both nonces, both keys and the task: a signature
says nothing outside the one handshake that it was made for. A card is bound to task and session,
the key of a secure exchange to the one attempt that it is good for.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.engine.aggregator.masks import AttemptContext
    from disco_desktop.engine.messages import Challenge, Hello, Place

NONCE_BYTES = 32


def fresh_nonce() -> bytes:
    """Return bytes that were never signed before."""
    return secrets.token_bytes(NONCE_BYTES)


def server_statement(hello: Hello, *, server_key: bytes, server_nonce: bytes) -> bytes:
    """Return what the server signs to prove its key."""
    return _statement(b"disco server", hello, server_key, server_nonce)


def participant_statement(hello: Hello, challenge: Challenge) -> bytes:
    """Return what the participant signs to prove its key."""
    return _statement(b"disco participant", hello, challenge.public_key, challenge.nonce)


def _statement(purpose: bytes, hello: Hello, server_key: bytes, server_nonce: bytes) -> bytes:
    return digest_of(
        (
            purpose,
            bytes.fromhex(hello.task_digest),
            hello.role.encode(),
            hello.public_key,
            hello.nonce,
            server_key,
            server_nonce,
        )
    )


def card_statement(
    *, task_digest: str, session: int, public_key: bytes, certificate: str, places: Iterable[Place]
) -> bytes:
    """Return what a participant signs to say where its peers find it, and by which certificate."""
    found = [f"{place.host} {place.port}".encode() for place in places]
    return digest_of(
        (
            b"disco peer",
            bytes.fromhex(task_digest),
            session.to_bytes(8, "little"),
            public_key,
            bytes.fromhex(certificate),
            *found,
        )
    )


def attempt_key_statement(context: AttemptContext, *, participant: str, key: bytes) -> bytes:
    """Return what a member signs to say with which X25519 key it masks its update.

    It holds the task, session, round, attempt, all members with what they told of their samples,
    the signer's id and the key: a server that tells members different things is found out.
    """
    return digest_of((b"disco attempt key", context.digest(), participant.encode(), key))


def link_statement(
    purpose: str, *, task_digest: str, session: int, fields: Iterable[bytes]
) -> bytes:
    """Return what a participant signs to prove its key to a peer, at a handshake between them.

    Args:
        purpose: names the handshake and the side that signs, so that none passes for another.
        task_digest: of the task.
        session: of the task.
        fields: both keys, both nonces and what else the handshake is bound to.
    """
    return digest_of(
        (
            f"disco link {purpose}".encode(),
            bytes.fromhex(task_digest),
            session.to_bytes(8, "little"),
            *fields,
        )
    )


def digest_of(fields: Iterable[bytes]) -> bytes:
    """Return the SHA-256 of some fields, each with its length before it."""
    statement = hashlib.sha256()
    for field in fields:
        statement.update(len(field).to_bytes(4, "little") + field)
    return statement.digest()
