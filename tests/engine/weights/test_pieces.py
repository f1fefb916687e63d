from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.weights.pieces import (
    DIGEST_SIZE,
    PIECE,
    content_digest,
    digest_pieces,
    piece_count,
    piece_digest,
    pieces,
)

SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE]


def content(size: int) -> memoryview:
    return memoryview(bytes(range(256)) * (size // 256 + 1))[:size]


@pytest.mark.parametrize("size", SIZES)
def test_pieces_make_up_the_content(size: int) -> None:
    whole = content(size)
    parts = list(pieces(whole))
    assert b"".join(parts) == whole
    assert len(parts) == piece_count(size)
    assert all(len(part) == PIECE for part in parts[:-1])
    assert all(parts)
    assert digest_pieces(whole) == b"".join(hashlib.sha256(part).digest() for part in parts)
    assert len(digest_pieces(whole)) == DIGEST_SIZE * len(parts)


def test_pieces_from_a_piece_on() -> None:
    whole = content(3 * PIECE + 5)
    assert b"".join(pieces(whole, offset=2 * PIECE)) == whole[2 * PIECE :]


@given(place=st.integers(0, 2 * PIECE + 4), bit=st.integers(0, 7))
def test_a_flipped_bit_changes_one_piece_and_the_whole(place: int, bit: int) -> None:
    whole = bytearray(content(2 * PIECE + 5))
    before = digest_pieces(memoryview(whole))
    whole[place] ^= 1 << bit
    number = place // PIECE
    after = bytearray(before)
    changed = piece_digest(memoryview(whole)[number * PIECE : (number + 1) * PIECE])
    after[number * DIGEST_SIZE : (number + 1) * DIGEST_SIZE] = changed
    assert changed != before[number * DIGEST_SIZE : (number + 1) * DIGEST_SIZE]
    assert digest_pieces(memoryview(whole)) == after
    assert content_digest(bytes(after)) != content_digest(before)
