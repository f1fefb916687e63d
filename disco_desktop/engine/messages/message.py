"""What all messages have in common: their base, their bounds and the kinds of their fields."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

PROTOCOL_VERSION = 1  # the newest that is spoken
OLDEST_PROTOCOL = 1  # and the oldest
LARGEST_MESSAGE = 1 << 16  # bytes of one control message
LARGEST_ANNOUNCEMENT = 1 << 20  # bytes; holds the digests of 32 GiB of pieces
LARGEST_SAMPLES = 1 << 40

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
