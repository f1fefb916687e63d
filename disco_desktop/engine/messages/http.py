"""What is said over HTTP: announcements of the bulk, and tasks on offer."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from disco_desktop.engine.messages.message import (
    LARGEST_ANNOUNCEMENT,
    LARGEST_SAMPLES,
    Code,
    Count,
)


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
