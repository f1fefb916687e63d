"""Messages as bytes, and back; what is none fails in one way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from disco_desktop.engine.messages.control import (
    Challenge,
    Hello,
    Leave,
    Participants,
    Pause,
    Proof,
    Refused,
    Resume,
    Roster,
    RoundClosed,
    Trouble,
    Welcome,
)
from disco_desktop.engine.messages.peers import Attempt, Introduction, Outcome, Peers, Ready, Voided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disco_desktop.engine.messages.message import Message

_Kind = TypeVar("_Kind", bound=Struct)

FromParticipant: TypeAlias = Hello | Proof | Pause | Resume | Leave | Introduction | Ready | Outcome
FromServer: TypeAlias = (
    Challenge
    | Welcome
    | Refused
    | Participants
    | Roster
    | RoundClosed
    | Trouble
    | Peers
    | Attempt
    | Voided
)

_from_participant: msgspec.msgpack.Decoder[FromParticipant] = msgspec.msgpack.Decoder(
    FromParticipant
)
_from_server: msgspec.msgpack.Decoder[FromServer] = msgspec.msgpack.Decoder(FromServer)


def encode_message(message: Message) -> bytes:
    """Write one control message."""
    return msgspec.msgpack.encode(message)


def decode_from_participant(content: bytes) -> FromParticipant:
    """Read what a participant said.

    Raises:
        msgspec.MsgspecError: it is no message of the protocol.
    """
    with _decode_errors():
        return _from_participant.decode(content)


def decode_from_server(content: bytes) -> FromServer:
    """Read what a server said.

    Raises:
        msgspec.MsgspecError: it is no message of the protocol.
    """
    with _decode_errors():
        return _from_server.decode(content)


def decode_as(content: bytes, kind: type[_Kind]) -> _Kind:
    """Read something that is said over HTTP.

    Raises:
        msgspec.MsgspecError: it is nothing of this kind.
    """
    with _decode_errors():
        return msgspec.msgpack.decode(content, type=kind)


@contextmanager
def _decode_errors() -> Iterator[None]:
    """Let hostile input fail in one way."""
    try:
        yield
    except (UnicodeDecodeError, RecursionError, MemoryError, OverflowError) as error:
        raise msgspec.DecodeError(f"not to be read: {type(error).__name__}") from error
