"""The split, and the shares: told by the rows' content alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.dataset.split import hash_rows, hash_texts, held_out, own_rows

# Few distinct values, so that equal rows are frequent.
TABLES = arrays.arrays(
    np.float64,
    st.tuples(st.integers(0, 60), st.integers(1, 3)),
    elements=st.sampled_from([0.0, 1.0, 2.5, np.nan]),
)
SPLITS = st.floats(0.01, 0.99)
SEEDS = st.integers(-(2**63), 2**64)


def contents(table: np.ndarray, where: np.ndarray) -> list[bytes]:
    return sorted(row.tobytes() for row in table[where])


def test_hashes_stay_what_they_are() -> None:
    # A change here would put other rows on the validation side of everybody's data.
    rows = np.array([[1.0, np.nan], [2.0, -3.5]])
    assert hash_rows(rows).tolist() == [15201224443086168587, 12923623623188659224]
    assert hash_texts(["patient 7"]).tolist() == [12189305038034530546]


def test_every_not_a_number_counts_as_the_same() -> None:
    odd = np.array([[0x7FF8000000000000], [0xFFF8000000000001]], dtype=np.uint64)
    hashes = hash_rows(odd.view(np.float64))
    assert hashes[0] == hashes[1]


@given(TABLES, SPLITS)
def test_equal_rows_are_on_the_same_side(table, split) -> None:
    side = held_out(hash_rows(table), split)
    assert not set(contents(table, side)) & set(contents(table, ~side))


@given(TABLES, SPLITS, st.randoms())
def test_sides_do_not_depend_on_the_order(table, split, random) -> None:
    order = np.array(random.sample(range(len(table)), len(table)), dtype=np.int64)
    side = held_out(hash_rows(table), split)
    assert held_out(hash_rows(table[order]), split).tolist() == side[order].tolist()


@given(TABLES, SPLITS)
def test_both_sides_are_filled_once_two_rows_differ(table, split) -> None:
    hashes = hash_rows(table)
    side = held_out(hashes, split)
    if len(np.unique(hashes)) > 1:
        assert side.any()
        assert not side.all()


@pytest.mark.parametrize("split", [0.1, 0.2, 0.5, 0.9])
def test_the_held_out_part_is_about_the_share_asked_for(split) -> None:
    hashes = hash_rows(np.arange(20_000.0).reshape(-1, 1))
    assert held_out(hashes, split).mean() == pytest.approx(split, abs=0.015)


def test_rows_keep_their_side_when_others_are_added() -> None:
    rows = np.arange(1000.0).reshape(-1, 1)
    few, many = held_out(hash_rows(rows[:500]), 0.2), held_out(hash_rows(rows), 0.2)
    assert few.tolist() == many[:500].tolist()


@given(TABLES, st.integers(1, 7), SEEDS)
def test_shares_are_disjoint_cover_everything_and_are_nearly_equal(table, of, seed) -> None:
    hashes = hash_rows(table)
    shares = [
        own_rows(hashes, Share(number, of), seed=seed, are_groups=False)
        for number in range(1, of + 1)
    ]
    assert np.sum(shares, axis=0).tolist() == [1] * len(table)
    sizes = [share.sum() for share in shares]
    assert max(sizes) - min(sizes) <= 1


@given(TABLES, st.integers(1, 7), SEEDS, st.randoms())
def test_shares_do_not_depend_on_the_order(table, of, seed, random) -> None:
    order = np.array(random.sample(range(len(table)), len(table)), dtype=np.int64)
    shuffled = table[order]
    for number in range(1, of + 1):
        share = Share(number, of)
        own = own_rows(hash_rows(table), share, seed=seed, are_groups=False)
        same = own_rows(hash_rows(shuffled), share, seed=seed, are_groups=False)
        assert contents(table, own) == contents(shuffled, same)


@given(st.lists(st.sampled_from("abcdef"), max_size=60), st.integers(1, 4), SEEDS)
def test_groups_stay_together_in_the_shares(groups, of, seed) -> None:
    hashes = hash_texts(groups)
    shares = [
        {
            group
            for group, own in zip(
                groups,
                own_rows(hashes, Share(number, of), seed=seed, are_groups=True),
                strict=True,
            )
            if own
        }
        for number in range(1, of + 1)
    ]
    assert sum(len(share) for share in shares) == len(set(groups))
    assert set().union(*shares) == set(groups)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_another_seed_gives_other_shares_and_the_same_gives_the_same() -> None:
    hashes = hash_rows(np.arange(100.0).reshape(-1, 1))
    one, again, other = (
        own_rows(hashes, Share(1, 2), seed=seed, are_groups=False).tolist() for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


@pytest.mark.parametrize(("number", "of"), [(0, 1), (2, 1), (1, 0), (-1, -1)])
def test_there_is_no_share_beyond_the_whole(number, of) -> None:
    with pytest.raises(ValueError, match="no part"):
        Share(number, of)
