"""What an introduced peer can do to us on a link: nothing but to lose it."""

from __future__ import annotations

import asyncio
import contextlib
import os

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.client.peers.conversation import (
    LARGEST_WANTS,
    Arrival,
    Conversation,
    ParcelDeniedError,
)
from disco_desktop.engine.client.peers.frames import (
    Denied,
    ExchangeParcel,
    ModelParcel,
    Parcels,
    Piece,
    Ping,
    Pong,
    Want,
    decode_frame,
    encode_frame,
)
from disco_desktop.engine.client.peers.memory_transport import MemoryNetwork
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.weights.pieces import PIECE

PART = ExchangeParcel(1, 1, "part", 0)
MODEL = ModelParcel("ab" * 32)
FRAMES = [
    encode_frame(Want(PART, 0)), encode_frame(Piece(PART, 0, 4), b"abcd"),
    encode_frame(Denied(MODEL)), encode_frame(Ping(1)), encode_frame(Pong(1)),
]  # fmt: skip


@contextlib.asynccontextmanager
async def conversing(parcels: Parcels | None = None):
    """A conversation, what its run comes to, and the peer's bare end of the link."""
    network = MemoryNetwork()
    near, far = await asyncio.gather(
        network.join("a" * 16, "b" * 16, 5.0), network.join("b" * 16, "a" * 16, 5.0)
    )
    made = Conversation(near, parcels or Parcels(), Ledger())
    running = asyncio.create_task(made.run())
    try:
        async with asyncio.timeout(30):
            yield made, running, far
    finally:
        far.end("the test is over")
        await asyncio.gather(running, return_exceptions=True)


async def told(far, kind):
    """The next frame of a kind, passing over others."""
    while not isinstance(head := decode_frame(await far.receive())[0], kind):
        pass
    return head


@given(st.binary(max_size=600))
def test_noise_is_no_frame_and_nothing_worse(content: bytes) -> None:
    with contextlib.suppress(LinkLostError):
        decode_frame(memoryview(content))


@given(st.sampled_from(FRAMES), st.lists(st.tuples(st.integers(0, 99), st.integers(0, 255))))
def test_a_damaged_frame_is_none_and_nothing_worse(frame: bytes, changes) -> None:
    changed = bytearray(frame)
    for place, byte in changes:
        changed[place % len(changed)] = byte
    for end in range(len(changed) + 1):
        with contextlib.suppress(LinkLostError):
            decode_frame(memoryview(changed)[:end])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        os.urandom(5_000),
        b"\xff\xff" + bytes(100),
        b"\x00\x02" + b"\x91" * 512,
        (5).to_bytes(2, "little") + b"\xdd\xff\xff\xff\xff",
        encode_frame(Ping(1), b"and more"),
        encode_frame(Piece(PART, 0, 1 << 21), bytes(PIECE + 1)),
        encode_frame(Want(PART, 0))[:-1],
        (3).to_bytes(2, "little") + msgspec.msgpack.encode("x" * 600)[:3],
    ],
    ids=[
        "empty", "short", "noise", "long head", "nested", "many elements", "a body too many",
        "a piece too large", "cut off", "no head",
    ],
)  # fmt: skip
async def test_what_is_no_frame_ends_the_link(content: bytes) -> None:
    async with conversing() as (_, running, far):
        await far.send(content)
        with pytest.raises(LinkLostError):
            await running


async def test_a_flood_of_pings_that_nobody_reads_the_answers_of_is_not_kept() -> None:
    before = len(asyncio.all_tasks())
    async with conversing() as (_, running, far):
        for number in range(40_000):
            await far.send(encode_frame(Ping(number)))
        assert not running.done()
        assert len(asyncio.all_tasks()) - before < 10
        # It reads again, and is answered again.
        while decode_frame(await far.receive())[0] != Pong(99_999):
            await far.send(encode_frame(Ping(99_999)))


async def test_asking_for_too_much_at_once_ends_the_link() -> None:
    async with conversing() as (_, running, far):
        for number in range(LARGEST_WANTS):
            await far.send(encode_frame(Want(ExchangeParcel(1, 1, "part", number), 0)))
        await far.send(encode_frame(Ping(7)))
        assert (await told(far, Pong)).number == 7
        assert not running.done()
        await far.send(encode_frame(Want(ExchangeParcel(1, 2, "part", 0), 0)))
        with pytest.raises(LinkLostError, match="too much"):
            await running


async def test_what_nobody_asked_for_changes_nothing() -> None:
    async with conversing() as (_, running, far):
        for head, body in (
            (Piece(PART, 0, 4), b"abcd"),
            (Piece(MODEL, 1 << 40, 1 << 41), bytes(1_000)),
            (Denied(PART), b""),
            (Pong(12_345), b""),
        ):
            await far.send(encode_frame(head, body))
        await far.send(encode_frame(Ping(7)))
        assert (await told(far, Pong)).number == 7
        assert not running.done()


async def test_what_is_not_for_a_peer_and_what_is_behind_its_end_are_denied() -> None:
    parcels = Parcels()
    parcels.offer(PART, memoryview(b"for another"), to=["c" * 16])
    parcels.offer_model(MODEL, memoryview(b"model"), is_only=True)
    parcels.end(1, 1)
    async with conversing(parcels) as (_, _, far):
        for want in (Want(PART, 0), Want(MODEL, 6), Want(ModelParcel("cd" * 32), 0)):
            await far.send(encode_frame(want))
            assert (await told(far, Denied)).parcel == want.parcel


@pytest.mark.parametrize(
    ("piece", "body"),
    [
        (Piece(PART, 0, 5), b"abcd"),
        (Piece(PART, 1, 4), b"bcd"),
        (Piece(PART, 0, 4), b"abcde"),
        (Piece(PART, 0, 4), b""),
    ],
    ids=["another size", "another place", "too much", "nothing"],
)
async def test_a_piece_that_does_not_fit_is_not_taken(piece: Piece, body: bytes) -> None:
    async with conversing() as (made, running, far):
        into = memoryview(bytearray(4))
        fetching = asyncio.create_task(made.fetch(Arrival(PART, into)))
        await told(far, Want)
        await far.send(encode_frame(piece, body))
        with pytest.raises(ParcelDeniedError):
            await fetching
        assert bytes(into) == bytes(4)
        assert not running.done()
