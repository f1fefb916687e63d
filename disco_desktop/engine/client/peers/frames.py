"""What peers say to each other over a link: they ask for parcels, and answer with pieces of them.

Whoever needs something asks for it, from the byte on that it lacks: so what was cut off goes on
where it stopped, and nobody is sent what it cannot take.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.messages import LARGEST_PEERS, Count, Digest
from disco_desktop.engine.messages.peers import LARGEST_ATTEMPTS
from disco_desktop.engine.weights.pieces import PIECE

_LENGTH = 2  # bytes that say how long a frame's head is
_LARGEST_HEAD = 512

Content: TypeAlias = Literal["key", "commitment", "part", "sum", "digest"]


class ExchangeParcel(
    Struct, frozen=True, forbid_unknown_fields=True, array_like=True, tag="exchange"
):
    """Something that one attempt is about.

    Attributes:
        part: which part of the weights it is; zero where it is of all.
    """

    round: Count
    attempt: Annotated[int, Meta(ge=1, le=LARGEST_ATTEMPTS)]
    content: Content
    part: Annotated[int, Meta(ge=0, le=LARGEST_PEERS)] = 0


class ModelParcel(Struct, frozen=True, forbid_unknown_fields=True, array_like=True, tag="model"):
    """A common model, for somebody who joins late."""

    digest: Digest


Parcel: TypeAlias = ExchangeParcel | ModelParcel


class Want(Struct, frozen=True, forbid_unknown_fields=True, array_like=True, tag="want"):
    """Send me this parcel from this byte on, as soon as you have it."""

    parcel: Parcel
    offset: Count


class Piece(Struct, frozen=True, forbid_unknown_fields=True, array_like=True, tag="piece"):
    """A piece of a parcel of `size` bytes; it follows in the same frame."""

    parcel: Parcel
    offset: Count
    size: Count


class Denied(Struct, frozen=True, forbid_unknown_fields=True, array_like=True, tag="denied"):
    """You will not get this parcel: it is over, or not for you."""

    parcel: Parcel


class Ping(Struct, frozen=True, forbid_unknown_fields=True, array_like=True, tag="ping"):
    """Say this number back, so that I know how long the way is."""

    number: Count


class Pong(Struct, frozen=True, forbid_unknown_fields=True, array_like=True, tag="pong"):
    """Here is your number."""

    number: Count


Head: TypeAlias = Want | Piece | Denied | Ping | Pong

_decoder: msgspec.msgpack.Decoder[Head] = msgspec.msgpack.Decoder(Head)


def encode_frame(head: Head, body: bytes | memoryview = b"") -> bytes:
    """Write a frame."""
    encoded = msgspec.msgpack.encode(head)
    return b"".join((len(encoded).to_bytes(_LENGTH, "little"), encoded, body))


def decode_frame(frame: memoryview) -> tuple[Head, memoryview]:
    """Read a frame; the body is a view of it.

    Raises:
        LinkLostError: it is none, so that there is no use in listening any longer.
    """
    length = int.from_bytes(frame[:_LENGTH], "little")
    body = frame[_LENGTH + length :]
    try:
        if length > _LARGEST_HEAD or len(frame) < _LENGTH + length or len(body) > PIECE:
            raise msgspec.DecodeError("of a wrong length")
        head = _decoder.decode(frame[_LENGTH : _LENGTH + length])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LinkLostError(f"not a frame of the protocol: {error}") from error
    if len(body) and not isinstance(head, Piece):
        raise LinkLostError("a frame with something behind it")
    return head, body
