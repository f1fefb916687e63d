"""The messages between a participant and its server, typed and bounded.

Control messages travel as MessagePack in binary WebSocket frames, one message a frame. The bulk of
an update or a model travels over HTTP, announced by a message here. Unknown fields and kinds are
refused.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

PROTOCOL_VERSION = 1
LARGEST_MESSAGE = 1 << 16  # bytes of one control message
LARGEST_ANNOUNCEMENT = 1 << 20  # bytes; holds the digests of 32 GiB of pieces
LARGEST_SAMPLES = 1 << 40

_Kind = TypeVar("_Kind", bound=Struct)

Role: TypeAlias = Literal["participant", "observer", "creator"]
Key: TypeAlias = Annotated[bytes, Meta(min_length=32, max_length=32)]
Nonce: TypeAlias = Annotated[bytes, Meta(min_length=32, max_length=32)]
Signature: TypeAlias = Annotated[bytes, Meta(min_length=64, max_length=64)]
Digest: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=1 << 53)]
NodeId: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
Code: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]


class Message(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """Anything said on the control connection."""


# --- from the participant


class Hello(Message, frozen=True, tag="hello"):
    """The first word: who wants to do what.

    Attributes:
        nonce: for the server to sign.
        session: the session to come back to; none to join whichever is open.
    """

    protocol: int
    task_schema: int
    task_digest: Digest
    role: Role
    public_key: Key
    nonce: Nonce
    session: Count | None = None


class Proof(Message, frozen=True, tag="proof"):
    """The participant's answer to the challenge: that the key of its hello is its own."""

    signature: Signature


class Pause(Message, frozen=True, tag="pause"):
    """Do not wait for me until I resume."""


class Resume(Message, frozen=True, tag="resume"):
    """I train again."""


class Leave(Message, frozen=True, tag="leave"):
    """I am done; what I contributed counts."""


# --- from the server


class ModelReference(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a model is to be had: by its digest, in pieces."""

    digest: Digest
    size: Count


class Challenge(Message, frozen=True, tag="challenge"):
    """The server's proof of its own key, and a nonce for the participant to sign."""

    public_key: Key
    nonce: Nonce
    signature: Signature


class Welcome(Message, frozen=True, tag="welcome"):
    """The participant is in.

    Attributes:
        participant: its id on the network, derived from its key.
        token: for its uploads; a new one at each connection, and the one before is void.
        session: the number of the task's training; `rounds` rounds, `round` of them done.
        contributors: how many the current model is made of; zero before the first round.
        contributed: the base round of this participant's latest contribution that counts.
    """

    participant: NodeId
    token: Annotated[str, Meta(max_length=128)]
    session: Count
    round: Count
    rounds: Count
    model: ModelReference
    participants: Count
    minimum: Count
    contributors: Count
    contributed: Count | None = None


class Refused(Message, frozen=True, tag="refused"):
    """No; the connection closes after it. The code names the sentence for the person."""

    code: Code
    arguments: dict[str, str | int] = {}


class Participants(Message, frozen=True, tag="participants"):
    """How many take part now, and how many a round needs."""

    participants: Count
    minimum: Count


class RoundClosed(Message, frozen=True, tag="round_closed"):
    """A new model is there.

    Attributes:
        round: how many rounds it has behind it.
        contributors: how many it is made of.
    """

    round: Count
    model: ModelReference
    contributors: Count


class Trouble(Message, frozen=True, tag="trouble"):
    """The server cannot go on at the moment, says why, and tries again."""

    code: Code


FromParticipant: TypeAlias = Hello | Proof | Pause | Resume | Leave
FromServer: TypeAlias = Challenge | Welcome | Refused | Participants | RoundClosed | Trouble


# --- over HTTP


class Announcement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a participant is about to upload.

    Attributes:
        samples: number of training samples behind the update.
        piece_digests: SHA-256 of each piece of the encoded update, one after the other.
    """

    base_round: Count
    samples: Annotated[int, Meta(ge=1, le=LARGEST_SAMPLES)]
    size: Count
    piece_digests: Annotated[bytes, Meta(max_length=LARGEST_ANNOUNCEMENT - 1024)]


class UploadState(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How far an upload has come.

    Attributes:
        offset: how many bytes are there and right; the upload goes on from here.
        counts_in: the round whose model the contribution is or will be part of, once it is stored
            for good; none before.
        participants: how many take part now, so that whoever contributes knows what it waits for.
    """

    offset: Count
    participants: Count
    counts_in: Count | None = None


class Problem(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why a request was not granted."""

    code: Code
    arguments: dict[str, str | int] = {}


class TaskSummary(Struct, frozen=True, kw_only=True):
    """A task on offer and how its session stands; in JSON, since scripts read it too.

    Attributes:
        data: the kind of data, such as `tabular`.
        session: the number of its latest session; zero before the first.
        round: how many rounds of `rounds` are done.
        participants: how many take part now.
    """

    id: str
    digest: str
    title: str
    summary: str
    scheme: str
    data: str
    session: int
    round: int
    rounds: int
    participants: int
    minimum: int


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
