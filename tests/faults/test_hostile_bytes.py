"""Any bytes at all in place of a message or a task: they are read, or refused in one way."""

from __future__ import annotations

import contextlib

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.errors import TaskError
from disco_desktop.engine.messages import (
    Announcement,
    Challenge,
    Hello,
    ModelReference,
    Participants,
    Problem,
    Refused,
    RoundClosed,
    UploadState,
    decode_as,
    decode_from_participant,
    decode_from_server,
    encode_message,
)
from disco_desktop.engine.task.task import decode_task, encode_task
from tests.server.running_server import task_with

MODEL = ModelReference(digest="0" * 64, size=1)
FROM_PARTICIPANT = [
    encode_message(
        Hello(
            protocol=1,
            task_schema=1,
            task_digest="0" * 64,
            role="participant",
            public_key=bytes(32),
            nonce=bytes(32),
        )
    )
]
FROM_SERVER = [
    encode_message(Challenge(public_key=bytes(32), nonce=bytes(32), signature=bytes(64))),
    encode_message(Refused(code="code", arguments={"name": "value", "count": 1})),
    encode_message(Participants(participants=1, minimum=2)),
    encode_message(RoundClosed(round=1, model=MODEL, contributors=2)),
]
OVER_HTTP = [
    msgspec.msgpack.encode(message)
    for message in (
        Announcement(base_round=0, samples=1, size=4, piece_digests=bytes(32)),
        UploadState(offset=0, counts_in=1, participants=2),
        Problem(code="code", arguments={"name": "value"}),
    )
]
TASK = encode_task(task_with())


def damaged(originals):
    """Strategy for contents of which some bytes were changed, and for such as never were right."""
    places = st.lists(st.tuples(st.integers(0, 1 << 12), st.integers(0, 255)), max_size=8)
    changed = st.builds(_with_bytes_at, st.sampled_from(originals), places)
    return changed | st.binary(max_size=300)


def _with_bytes_at(content, places):
    changed = bytearray(content)
    for place, byte in places:
        changed[place % len(changed)] = byte
    return bytes(changed)


@given(damaged(FROM_PARTICIPANT))
def test_what_a_participant_says(content):
    with contextlib.suppress(msgspec.MsgspecError):
        decode_from_participant(content)


@given(damaged(FROM_SERVER))
def test_what_a_server_says(content):
    with contextlib.suppress(msgspec.MsgspecError):
        decode_from_server(content)


@given(damaged(OVER_HTTP))
def test_what_is_said_over_http(content):
    for kind in (Announcement, UploadState, Problem):
        with contextlib.suppress(msgspec.MsgspecError):
            decode_as(content, kind)


@given(damaged([TASK]))
def test_what_poses_as_a_task(content):
    with contextlib.suppress(TaskError):
        decode_task(content)
