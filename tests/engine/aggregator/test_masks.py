"""Masks: both ends make the same, nobody else can, and each is good for one exchange only."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.aggregator.masks import AttemptKey, MaskStream, Seed, apply_masks
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.messages import AttemptMember
from tests.engine.aggregator.secure_group import context_of, member_id

if TYPE_CHECKING:
    from disco_desktop.engine.aggregator.masks import AttemptContext

A, B, C = (member_id(number) for number in range(3))
CONTEXT = context_of([1, 1, 1])
BLOCK = 1 << 15  # values of one block

# Points whose product with any key is zero (RFC 7748, section 6.1; Bernstein's list).
P = 2**255 - 19
LOW_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    P - 1,
    P,
    P + 1,
]


def stream_of(secret: bytes, values: int = 64) -> list[int]:
    vector = np.zeros(values, np.uint32)
    apply_masks(vector, [Seed(secret, is_received=True)])
    return vector.tolist()


def pair(context: AttemptContext = CONTEXT) -> tuple[Seed, Seed]:
    one, other = AttemptKey(), AttemptKey()
    return one.seed(context, A, B, other.public), other.seed(context, B, A, one.public)


def test_both_ends_make_the_same_mask_and_it_cancels() -> None:
    given_away, received = pair()
    assert given_away.secret == received.secret
    assert (given_away.is_received, received.is_received) == (False, True)
    vectors = np.zeros((2, 1000), np.uint32)
    apply_masks(vectors[0], [given_away])
    apply_masks(vectors[1], [received])
    assert (vectors[0] != 0).sum() > 990
    assert not (vectors[0] + vectors[1]).any()


@pytest.mark.parametrize("values", [1, 3, 4, 5, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 2])
def test_the_stream_is_aes_in_counter_mode(values) -> None:
    """Over all blocks, beside another stream that is subtracted."""
    secrets = [bytes(range(32)), bytes(range(1, 33))]
    encryptors = [
        Cipher(algorithms.AES(secret), modes.CTR(bytes(16))).encryptor() for secret in secrets
    ]
    added, taken = (
        np.frombuffer(each.update(bytes(4 * values)), "<u4").astype(np.int64) for each in encryptors
    )
    vector = np.arange(values, dtype=np.uint32)
    apply_masks(vector, [Seed(secrets[0], is_received=True), Seed(secrets[1], is_received=False)])
    assert vector.tolist() == ((np.arange(values) + added - taken) % 2**32).tolist()


def test_the_stream_of_a_known_key() -> None:
    """NIST's AES-256 of the zero key over the zero block."""
    room = bytearray(16 + 15)
    MaskStream(bytes(32)).read_into(room, 16)
    assert room[:16].hex() == "dc95c078a2408989ad48a21492842087"


def flipped(key: bytes, bit: int) -> bytes:
    return (int.from_bytes(key, "little") ^ 1 << bit).to_bytes(len(key), "little")


def test_another_bit_of_the_secret_is_another_stream() -> None:
    secret = bytes(range(32))
    streams = [stream_of(secret)] + [stream_of(flipped(secret, bit)) for bit in range(256)]
    for one, other in itertools.combinations(np.array(streams), 2):
        # Of 64 values, one or two equal by chance would be remarkable already.
        assert (one == other).sum() < 2


def test_another_bit_of_a_public_key_is_another_stream() -> None:
    """All 256 of them: that which X25519 ignores is part of the derivation too."""
    own, peer = AttemptKey(), AttemptKey().public
    keys = [peer] + [flipped(peer, bit) for bit in range(256)]
    secrets = [own.seed(CONTEXT, A, B, key).secret for key in keys]
    assert len(set(secrets)) == 257
    first, *others = (np.array(stream_of(secret)) for secret in secrets)
    assert max((first == other).sum() for other in others) < 2


def test_each_part_of_the_context_makes_another_secret() -> None:
    own, peer = AttemptKey(), AttemptKey().public
    members = CONTEXT.members
    contexts = [
        CONTEXT,
        *(context_of([1, 1, 1], task_digest=one) for one in ("ab" * 31 + "aa", "2b" + "ab" * 31)),
        context_of([1, 1, 1], session=2),
        context_of([1, 1, 1], round=5),
        context_of([1, 1, 1], attempt=3),
        context_of([1, 1, 1], session=4, round=1),
        context_of([1, 1, 1, 1]),
        context_of([1, 1, 1], members=(*members[:2], AttemptMember(member_id(3), 1))),
        context_of([1, 1, 2]),
    ]
    secrets = [own.seed(context, A, B, peer).secret for context in contexts]
    secrets += [own.seed(CONTEXT, A, C, peer).secret, own.seed(CONTEXT, B, C, peer).secret]
    secrets += [own.seed(CONTEXT, B, A, peer).secret]  # the same keys the other way round
    assert len(set(secrets)) == len(secrets)
    streams = [stream_of(secret) for secret in secrets]
    for one, other in itertools.combinations(streams, 2):
        assert sum(a == b for a, b in zip(one, other, strict=True)) < 2


@given(
    field=st.sampled_from(["session", "round", "attempt"]),
    numbers=st.lists(st.integers(1, 1 << 53), min_size=2, max_size=2, unique=True),
)
def test_no_two_numbers_make_one_context(field, numbers) -> None:
    one, other = (context_of([1, 1, 1], **{field: number}) for number in numbers)
    assert one.digest() != other.digest()


@pytest.mark.parametrize("point", LOW_ORDER)
@pytest.mark.parametrize("top", [0, 1 << 255])
def test_points_of_low_order_are_refused(point, top) -> None:
    with pytest.raises(ContributionError) as caught:
        AttemptKey().seed(CONTEXT, A, B, (point | top).to_bytes(32, "little"))
    assert caught.value.code == "peer_key_refused"
    assert caught.value.arguments == {"peer": B}


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_keys_of_other_sizes_are_refused(size) -> None:
    with pytest.raises(ContributionError) as caught:
        AttemptKey().seed(CONTEXT, A, B, b"\x09" * size)
    assert caught.value.code == "peer_key_refused"


def test_nothing_secret_is_printed() -> None:
    seed, _ = pair()
    assert seed.secret.hex() not in repr(seed)
    assert repr(seed.secret) not in repr(seed)


# --- which sets are accepted


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_hide_nothing(count) -> None:
    with pytest.raises(ContributionError) as caught:
        context_of([1] * count)
    assert caught.value.code == "secure_group_too_small"
    assert caught.value.arguments == {"members": count}


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ([A, B, B], "secure_group_too_small"),
        ([A, A, B, C], "secure_group_differs"),
        ([A, C, B], "secure_group_differs"),
    ],
)
def test_a_member_named_twice_or_out_of_order(ids, code) -> None:
    members = tuple(AttemptMember(one, 1) for one in ids)
    with pytest.raises(ContributionError) as caught:
        context_of([], members=members)
    assert caught.value.code == code


def test_a_context_from_the_wire() -> None:
    """Members as they come in a message make the same context."""
    content = msgspec.msgpack.encode(CONTEXT.members)
    read = msgspec.msgpack.decode(content, type=tuple[AttemptMember, ...])
    assert context_of([], members=read).digest() == CONTEXT.digest()
