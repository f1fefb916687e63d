"""What a relay can do to a link that it carries: end it, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.peers.handshake import agree
from disco_desktop.engine.client.peers.peer_link import FrameQueue
from disco_desktop.engine.client.peers.relayed import (
    SEAL_BYTES,
    SealedCarrier,
    SealingKeys,
)
from disco_desktop.engine.client.peers.transport import (
    LARGEST_CARRIED,
    LARGEST_FRAME,
    Carrier,
    LinkLimits,
    LinkLostError,
)
from tests.engine.client.peers.conftest import joined, low_and_high, membership

LIMITS = LinkLimits(handshake=2)

# Every u-coordinate of low order on Curve25519, and those above the field's size that equal one.
PRIME = (1 << 255) - 19
LOW_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    PRIME - 1,
    PRIME,
    PRIME + 1,
]


class Pipe(Carrier):
    """One end of a way within the process, whose frames a test can change."""

    def __init__(self, sent: FrameQueue, received: FrameQueue) -> None:
        self.sent = sent
        self.received = received
        self.log: list[bytes] = []

    @property
    def heard(self) -> float:
        return 0.0

    async def send(self, *parts) -> None:
        frame = b"".join(parts)
        self.log.append(frame)
        await self.sent.put(memoryview(frame))

    async def receive(self, largest: int) -> memoryview:
        frame = await self.received.get()
        if len(frame) > largest:
            raise LinkLostError("too large")
        return frame

    async def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        self.sent.end("ended")
        self.received.end("ended")


def pipe() -> tuple[Pipe, Pipe]:
    there, back = FrameQueue(), FrameQueue()
    return Pipe(there, back), Pipe(back, there)


def card_of(member):
    return member.card("0" * 64, ())


async def agreed(one, other, near, far, **cards):
    return await asyncio.gather(
        agree(near, one, card_of(other), LIMITS),
        agree(far, other, card_of(one), LIMITS),
        return_exceptions=True,
    )


async def test_both_get_the_same_keys_and_each_handshake_others():
    one, other = low_and_high()
    seen = []
    for _ in range(2):
        near, far = pipe()
        here, there = await agreed(one, other, near, far)
        await here.send(b"a", b"b")
        assert await there.receive(LARGEST_CARRIED) == b"ab"
        await there.send(b"c" * LARGEST_CARRIED)
        assert len(await here.receive(LARGEST_CARRIED)) == LARGEST_CARRIED
        seen.append(near.log + far.log)
    assert not {bytes(frame) for frame in seen[0]} & {bytes(frame) for frame in seen[1]}


@pytest.mark.parametrize("changes", [{"task_digest": "cd" * 32}, {"session": 4}])
async def test_those_of_another_task_or_session_do_not_agree(changes):
    one, other = low_and_high()
    elsewhere = membership(identity=other.identity, **changes)
    ends = await agreed(one, elsewhere, *pipe())
    assert all(isinstance(end, LinkLostError) for end in ends)


async def test_somebody_with_another_key_is_refused():
    one, other = low_and_high()
    thief = membership()
    near, far = pipe()
    ends = await asyncio.gather(
        agree(near, one, card_of(other), LIMITS),
        agree(far, thief, card_of(one), LIMITS),
        return_exceptions=True,
    )
    assert isinstance(ends[0], LinkLostError)


class Pretender(Identity):
    """Knows a public key and says that it is its own, but signs with another one."""

    def __init__(self, claimed: Identity) -> None:
        super().__init__(Ed25519PrivateKey.generate())
        self._claimed = claimed

    @property
    def public_key(self) -> bytes:
        return self._claimed.public_key


@pytest.mark.parametrize("role", [0, 1], ids=["the chooser", "the other"])
async def test_a_relay_in_the_middle_with_keys_of_its_own_is_refused(role):
    """It can agree on a secret with each, but cannot sign for either."""
    pair = low_and_high()
    honest, claimed = pair[role], pair[1 - role]
    near, middle = pipe()
    between = membership(identity=Pretender(claimed.identity))
    ends = await asyncio.gather(
        agree(near, honest, card_of(claimed), LIMITS),
        agree(middle, between, card_of(honest), LIMITS),
        return_exceptions=True,
    )
    assert isinstance(ends[0], LinkLostError)
    assert "prove" in str(ends[0])
    assert isinstance(ends[1], SealedCarrier)  # it learnt who we are, as the introduction says


async def test_our_own_words_sent_back_are_no_proof():
    one, other = low_and_high()
    echo = FrameQueue()
    with pytest.raises(LinkLostError):
        await agree(Pipe(echo, echo), one, card_of(other), LIMITS)
    echo = FrameQueue()
    with pytest.raises(LinkLostError):
        await agree(Pipe(echo, echo), other, card_of(one), LIMITS)


async def test_a_recorded_handshake_is_refused():
    one, other = low_and_high()
    near, far = pipe()
    await agreed(one, other, near, far)
    again, replayed = pipe()
    waiting = asyncio.create_task(agree(again, one, card_of(other), LIMITS))
    for frame in far.log:
        await replayed.send(frame)
    with pytest.raises(LinkLostError):
        await waiting


@pytest.mark.parametrize("point", LOW_ORDER)
@pytest.mark.parametrize("high_bit", [0, 1 << 255])
async def test_points_of_low_order_are_refused(point, high_bit):
    one, other = low_and_high()
    near, far = pipe()
    await far.send((point | high_bit).to_bytes(32, "little") + os.urandom(32))
    with pytest.raises(LinkLostError, match="low order"):
        await agree(near, one, card_of(other), LIMITS)
    assert len(near.log) == 1  # nothing was signed


@pytest.mark.parametrize("size", [0, 1, 63, 65, 256, 257])
async def test_a_first_word_of_another_size_is_refused(size):
    one, other = low_and_high()
    near, far = pipe()
    await far.send(bytes(size))
    with pytest.raises(LinkLostError):
        await agree(near, one, card_of(other), LIMITS)


async def test_a_peer_that_stops_in_the_middle_is_left():
    one, other = low_and_high()
    near, far = pipe()
    public = X25519PrivateKey.generate().public_key().public_bytes_raw()
    await far.send(public + os.urandom(32))
    with pytest.raises(LinkLostError, match="in time"):
        await agree(near, one, card_of(other), LinkLimits(handshake=0.05))


def sealed_pair() -> tuple[SealedCarrier, SealedCarrier, Pipe, Pipe]:
    near, far = pipe()
    keys = os.urandom(32), os.urandom(32)
    return (
        SealedCarrier(near, SealingKeys(*keys)),
        SealedCarrier(far, SealingKeys(*keys[::-1])),
        near,
        far,
    )


async def test_each_flipped_bit_is_noticed():
    word = b"seven"
    for bit in range((len(word) + SEAL_BYTES) * 8):
        here, there, near, _ = sealed_pair()
        await here.send(word)
        frame = bytearray(await near.sent.get())
        frame[bit // 8] ^= 1 << bit % 8
        await near.sent.put(memoryview(frame))
        with pytest.raises(LinkLostError, match="changed"):
            await there.receive(LARGEST_CARRIED)


@pytest.mark.parametrize(
    ("order", "opened"),
    [([0, 0], 1), ([1, 0], 0), ([0, 2], 1), ([1], 0), ([0, 1, 0], 2), ([0, 1, 2], 3)],
    ids=["replayed", "reordered", "dropped", "first dropped", "replayed later", "as sent"],
)
async def test_frames_open_only_in_the_order_in_which_they_were_sealed(order, opened):
    here, there, near, _ = sealed_pair()
    for word in (b"0", b"1", b"2"):
        await here.send(word)
    frames = [await near.sent.get() for _ in range(3)]
    for number in order:
        await near.sent.put(frames[number])
    for number in order[:opened]:
        assert await there.receive(LARGEST_CARRIED) == str(number).encode()
    if opened < len(order):
        with pytest.raises(LinkLostError, match="changed"):
            await there.receive(LARGEST_CARRIED)
        with pytest.raises(LinkLostError):
            await there.send(b"")


async def test_a_frame_does_not_open_in_the_other_direction():
    here, _, near, far = sealed_pair()
    await here.send(b"said")
    frame = await near.sent.get()
    await far.sent.put(frame)
    with pytest.raises(LinkLostError):
        await here.receive(LARGEST_CARRIED)


async def test_the_relay_sees_sizes_and_nothing_else(peers):
    one, other = await peers.pair(is_relay_only=True)
    near, far = await joined(one, other)
    secret = b"weights of a model " * 500
    await near.send(secret)
    assert await far.receive() == secret
    assert peers.relay.seen
    assert not any(b"weights" in frame for frame in peers.relay.seen)
    assert len(secret) + 1 + SEAL_BYTES in map(len, peers.relay.seen)


def flip(frame: bytes) -> list[bytes]:
    return [frame[:-1] + bytes([frame[-1] ^ 1])]


@pytest.mark.parametrize(
    "tamper",
    [
        flip,
        lambda frame: [frame, frame],
        lambda frame: [frame[:-1]],
        lambda frame: [b""],
        lambda frame: [bytes(LARGEST_FRAME + 100)],
    ],
    ids=["flipped", "replayed", "truncated", "emptied", "too large"],
)
async def test_a_tampering_relay_ends_the_link(peers, tamper):
    one, other = await peers.pair(is_relay_only=True)
    near, far = await joined(one, other)
    peers.relay.tamper = lambda _, frame: tamper(frame)
    await near.send(b"once")
    assert await read_to_the_end(far) in ([], [b"once"])  # the latter for what was there twice
    with pytest.raises(LinkLostError):
        await near.receive()


async def read_to_the_end(link) -> list[bytes]:
    frames = []
    with contextlib.suppress(LinkLostError):
        while True:
            frames.append(bytes(await link.receive()))
    return frames


async def test_a_relay_that_goes_away_ends_the_link(peers):
    one, other = await peers.pair(is_relay_only=True)
    near, far = await joined(one, other)

    def fail(_: str, frame: bytes) -> list[bytes]:
        raise ConnectionError

    peers.relay.tamper = fail
    await near.send(b"last")
    for link in (near, far):
        with pytest.raises(LinkLostError):
            await link.receive()
