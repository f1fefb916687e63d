"""The server's side of the handshake: both prove their keys before anything else is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.client.identity import verify
from disco_desktop.engine.client.statements import (
    fresh_nonce,
    participant_statement,
    server_statement,
)
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import PROTOCOL_VERSION, Challenge, Hello, Proof
from disco_desktop.engine.task.task import SCHEMA_VERSION

if TYPE_CHECKING:
    from disco_desktop.engine.client.identity import Identity
    from disco_desktop.server.control_channel import ControlChannel

_OPEN_ROLES = ("participant", "observer")


async def shake_hands(channel: ControlChannel, identity: Identity, task_digest: str) -> Hello:
    """Return what the participant said of itself, once its key is proved.

    Raises:
        ServerError: it cannot take part, and is to be told why.
        ChannelClosedError: it does not keep to the protocol.
    """
    hello = await channel.receive()
    if not isinstance(hello, Hello):
        raise await channel.out_of_place(hello)
    _check(hello, task_digest)
    nonce = fresh_nonce()
    statement = server_statement(hello, server_key=identity.public_key, server_nonce=nonce)
    challenge = Challenge(
        public_key=identity.public_key, nonce=nonce, signature=identity.sign(statement)
    )
    await channel.send(challenge)
    proof = await channel.receive()
    if not isinstance(proof, Proof):
        raise await channel.out_of_place(proof)
    if not verify(hello.public_key, participant_statement(hello, challenge), proof.signature):
        raise ServerError("key_not_proved")
    return hello


def _check(hello: Hello, task_digest: str) -> None:
    if hello.protocol != PROTOCOL_VERSION:
        raise ServerError("protocol_differs", theirs=hello.protocol, ours=PROTOCOL_VERSION)
    if hello.task_schema != SCHEMA_VERSION:
        raise ServerError("task_schema_differs", theirs=hello.task_schema, ours=SCHEMA_VERSION)
    if hello.task_digest != task_digest:
        raise ServerError("task_differs")
    if hello.role not in _OPEN_ROLES:
        raise ServerError("role_not_granted", role=hello.role)
