"""What peers say to each other over a link: they ask for chunks, and answer with pieces of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.messages import LARGEST_PEERS, Count, Digest
from disco_desktop.engine.messages.peers import LARGEST_ATTEMPTS
from disco_desktop.engine.weights.pieces import PIECE

if TYPE_CHECKING:
    from collections.abc import Iterable

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


class ParcelWithdrawnError(Exception):
    """Nobody gets this parcel: its attempt is over, or it is meant for others."""


class Parcels:
    """What is offered, to whom; whoever asks early waits until it is there or will never be.

    A peer may have heard of an attempt before we did, so what belongs to one that is not over is
    waited for. How many wait on a link is bounded by whoever serves it.
    """

    def __init__(self) -> None:
        self._offered: dict[tuple[str | None, Parcel], memoryview] = {}
        self._over = (0, 0)  # round and attempt of the latest that is over
        self._changed = asyncio.Event()

    def end(self, round_: int, attempt: int) -> None:
        """Withdraw all that belongs to this attempt and to those before it."""
        self._over = max(self._over, (round_, attempt))
        for key in [key for key in self._offered if self._is_over(key[1])]:
            del self._offered[key]
        self._note_change()

    def offer(
        self, parcel: Parcel, content: memoryview, *, to: Iterable[str] | None = None
    ) -> None:
        """Offer bytes to some peers, or to all of them; they must not change any more."""
        for peer in [None] if to is None else to:
            self._offered[peer, parcel] = content
        self._note_change()

    def offer_model(self, parcel: ModelParcel, content: memoryview, *, is_only: bool) -> None:
        """Offer a common model to everybody, beside those on offer or in their place."""
        if is_only:
            for key in [key for key in self._offered if isinstance(key[1], ModelParcel)]:
                del self._offered[key]
        self.offer(parcel, content)

    async def get(self, parcel: Parcel, peer: str) -> memoryview:
        """Return what a peer asked for, once it is there.

        Raises:
            ParcelWithdrawnError: it is not for this peer, or will never be there.
        """
        while (content := self._find(parcel, peer)) is None:
            if not self._may_come(parcel):
                raise ParcelWithdrawnError
            await self._changed.wait()
        return content

    def _find(self, parcel: Parcel, peer: str) -> memoryview | None:
        own = self._offered.get((peer, parcel))
        return self._offered.get((None, parcel)) if own is None else own

    def _may_come(self, parcel: Parcel) -> bool:
        return isinstance(parcel, ExchangeParcel) and not self._is_over(parcel)

    def _is_over(self, parcel: Parcel) -> bool:
        return isinstance(parcel, ExchangeParcel) and (parcel.round, parcel.attempt) <= self._over

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
