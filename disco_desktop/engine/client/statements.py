"""What server and participant sign at a handshake, so that each knows whom it talks to.

Both statements hold both nonces, both keys and the task: a signature says nothing outside the one
handshake that it was made for.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.engine.messages import Challenge, Hello

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
    fields = (
        purpose,
        bytes.fromhex(hello.task_digest),
        hello.role.encode(),
        hello.public_key,
        hello.nonce,
        server_key,
        server_nonce,
    )
    statement = hashlib.sha256()
    for field in fields:
        statement.update(len(field).to_bytes(4, "little") + field)
    return statement.digest()
