"""Secure aggregation as a whole: exact to the bit, and once only."""

from __future__ import annotations

import hashlib
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from disco_desktop.engine.aggregator.masks import AttemptOrder
from disco_desktop.engine.aggregator.secure import SecureAggregator
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.messages import AttemptMember
from disco_desktop.engine.task.task import Collaboration, SecureAggregation
from tests.engine.aggregator.secure_group import Group, context_of, member_id

weightings = st.sampled_from(["samples", "equal"])
TINY = float(np.finfo(np.float32).smallest_subnormal)
# Some of them would be clipped; see how many are let through below.
EXTREMES = [0.0, -0.0, 1.0, -1.0, TINY, -TINY, 2.0**-30, 2.0**-29, 0.1, -0.999]


def plain_mean(updates: list[np.ndarray], weights: list[int], step: float) -> list[Fraction]:
    """Add up integers in plain Python, and divide exactly."""
    unit = Fraction(step)
    columns = zip(*(update.tolist() for update in updates), strict=True)
    return [
        sum(
            weight * round(Fraction(min(1.0, max(-1.0, value))) / unit)
            for weight, value in zip(weights, column, strict=True)
        )
        * unit
        / sum(weights)
        for column in columns
    ]


def nearest(exact: Fraction) -> float:
    """Return the float32 nearest to a fraction; ties to even, as IEEE 754 has it."""
    guess = np.float32(float(exact))
    near = {guess, np.nextafter(guess, np.float32(9)), np.nextafter(guess, np.float32(-9))}
    return float(
        min(near, key=lambda one: (abs(Fraction(float(one)) - exact), one.view(np.uint32) % 2))
    )


def check_exact(samples: list[int], updates: list[np.ndarray], weighting: str) -> None:
    members = Group.of(samples, len(updates[0]), weighting=weighting)
    opened = [each.open(members.exchange(updates)) for each in members.members[:1]]
    largest = 1 << (max(samples) - 1).bit_length()
    weights = [
        max(1, int(Fraction(32 * one, largest) + Fraction(1, 2))) if weighting == "samples" else 1
        for one in samples
    ]
    most = sum(
        max(1, int(Fraction(32 * (1 << (one - 1).bit_length()), largest) + Fraction(1, 2)))
        for one in samples
    )
    bound = most if weighting == "samples" else len(samples)
    step = 1.0
    while round(1 / (step / 2)) * bound < 2**31:
        step /= 2
    for mean, weight in opened:
        assert weight == sum(weights)
        assert mean.dtype == np.float32
        assert mean.tolist() == [nearest(one) for one in plain_mean(updates, weights, step)]


@given(
    samples=st.lists(st.integers(1, 1 << 40) | st.integers(1, 100), min_size=3, max_size=32),
    elements=st.integers(1, 70),
    weighting=weightings,
    data=st.data(),
)
@settings(max_examples=60)
def test_the_sum_is_that_of_plain_integers(samples, elements, weighting, data) -> None:
    values = st.floats(-1, 1, width=32) | st.sampled_from(EXTREMES)
    rows = data.draw(arrays(np.float32, (len(samples), elements), elements=values))
    check_exact(samples, list(rows), weighting)


@pytest.mark.parametrize("weighting", ["samples", "equal"])
@pytest.mark.parametrize(
    ("members", "elements"), [(3, 1), (3, 4001), (4, 999), (5, 3), (7, 1500), (16, 333), (32, 100)]
)
def test_many_sizes_with_clipped_and_extreme_values(members, elements, weighting) -> None:
    generator = np.random.default_rng(members * elements)
    updates = []
    for number in range(members):
        update = generator.uniform(-1, 1, elements).astype(np.float32)
        update[: len(EXTREMES)] = EXTREMES[:elements]
        clipped = elements // 100
        update[elements - clipped :] = [3e38 * (-1) ** number] * clipped
        updates.append(update)
    check_exact(generator.integers(1, 5000, members).tolist(), updates, weighting)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("samples", [[1] * 3, [64] * 32, [1, 2, 1 << 40], [4096] * 4])
def test_all_at_the_largest_change_at_once(samples, sign) -> None:
    check_exact(samples, [np.full(9, sign, np.float32)] * len(samples), "samples")
    check_exact(samples, [np.full(9, sign, np.float32)] * len(samples), "equal")


def test_the_clipped_share_is_told() -> None:
    members = Group.of([5, 5, 5], 1000)
    first = members.members[0]
    assert first.clipped_share is None
    update = np.zeros(1000, np.float32)
    update[:7] = 2
    first.masked(update, members.keys_for(0))
    assert first.clipped_share == 0.007


def test_slices_commitments_and_sums() -> None:
    members = Group.of([5, 5, 5], 10)
    vectors = members.masked([np.zeros(10, np.float32)] * 3)
    assert [len(one) for one in vectors] == [members.members[0].size] * 3 == [44] * 3
    slices = [vectors[0][:16], vectors[0][16:32], vectors[0][32:]]
    assert SecureAggregator.commitment(slices) == tuple(
        hashlib.sha256(bytes(one)).digest() for one in slices
    )
    # More members than values: some slices are empty.
    assert SecureAggregator.commitment([b""]) == (hashlib.sha256().digest(),)
    assert bytes(SecureAggregator.add([b"", b"", vectors[0][:0]])) == b""
    high = (2**32 - 1).to_bytes(4, "little")
    assert bytes(SecureAggregator.add([high, bytearray(high)])) == (2**32 - 2).to_bytes(4, "little")


@pytest.mark.parametrize("slices", [[], [b"1234", b"12345678"], [b"123", b"123"]])
def test_slices_that_do_not_match(slices) -> None:
    with pytest.raises(ContributionError) as caught:
        SecureAggregator.add(slices)
    assert caught.value.code == "sum_malformed"


# --- what is refused


def test_never_two_masked_vectors_under_the_same_keys() -> None:
    members = Group.of([5, 5, 5], 4)
    first, keys = members.members[0], members.keys_for(0)
    first.masked(np.zeros(4, np.float32), keys)
    for update in (np.zeros(4, np.float32), np.ones(4, np.float32)):
        with pytest.raises(ContributionError) as caught:
            first.masked(update, keys)
        assert caught.value.code == "attempt_spent"


def test_an_update_that_does_not_count_spends_the_attempt() -> None:
    members = Group.of([5, 5, 5], 4)
    first, keys = members.members[0], members.keys_for(0)
    for update, code in (
        (np.full(4, np.nan, np.float32), "update_not_finite"),
        (np.zeros(4, np.float32), "attempt_spent"),
    ):
        with pytest.raises(ContributionError) as caught:
            first.masked(update, keys)
        assert caught.value.code == code


def test_other_keys_than_those_of_the_others() -> None:
    members = Group.of([5, 5, 5, 5], 4)
    first, keys = members.members[0], members.keys_for(0)
    one, other = list(keys)[:2]
    wrong = {
        "missing": {name: key for name, key in keys.items() if name != one},
        "foreign": {**keys, "ffffffffffffffff": bytes(range(32))},
        "instead of another": {**{n: k for n, k in keys.items() if n != one}, "ff" * 8: keys[one]},
        "our own among them": {**keys, member_id(0): first.public_key},
        "twice": {**keys, one: keys[other]},
        "ours for a peer's": {**keys, one: first.public_key},
    }
    for each in wrong.values():
        with pytest.raises(ContributionError) as caught:
            first.masked(np.zeros(4, np.float32), each)
        assert caught.value.code == "peer_keys_differ"
    with pytest.raises(ContributionError) as caught:
        first.masked(np.zeros(4, np.float32), {**keys, one: bytes(32)})
    assert caught.value.code == "peer_key_refused"
    # Nothing was masked, so the right keys may still come.
    assert len(first.masked(np.zeros(4, np.float32), keys)) == first.size


def aggregator(context, participant, **collaboration) -> None:
    fields = {"scheme": "decentralized", "minimum_participants": 3, **collaboration}
    fields.setdefault("aggregation", SecureAggregation())
    SecureAggregator(
        context, participant, collaboration=Collaboration(**fields), samples=5, elements=3
    )


@pytest.mark.parametrize(
    ("told", "participant"),
    [([8, 8, 8], member_id(3)), ([16, 8, 8], member_id(0)), ([8, 8, 7], member_id(0))],
    ids=["without ourselves", "other samples than ours", "no power of two"],
)
def test_a_set_that_is_not_ours(told, participant) -> None:
    with pytest.raises(ContributionError) as caught:
        aggregator(context_of(told), participant)
    assert caught.value.code == "secure_group_differs"


def test_a_task_that_is_not_secure() -> None:
    with pytest.raises(ValueError, match="secure"):
        aggregator(context_of([8, 8, 8]), member_id(0), aggregation="mean")


@pytest.mark.parametrize("update", [np.zeros(5, np.float32), np.zeros(4), np.zeros((4, 1))])
def test_an_update_of_another_kind(update) -> None:
    members = Group.of([5, 5, 5], 4)
    with pytest.raises(ValueError, match="an update of"):
        members.members[0].masked(update, members.keys_for(0))


@pytest.mark.parametrize("weight", [60, 78, 96])
def test_a_total_weight_that_can_be(weight) -> None:
    """Three with five to eight samples: each weighs from 20 to 32."""
    first = Group.of([5, 5, 5], 2).members[0]
    assert first.open(np.array([0, 0, weight], "<u4").tobytes())[1] == weight


@pytest.mark.parametrize("weight", [0, 59, 97, 2**31, 2**32 - 60])
def test_a_total_weight_that_cannot_be(weight) -> None:
    first = Group.of([5, 5, 5], 2).members[0]
    with pytest.raises(ContributionError) as caught:
        first.open(np.array([0, 0, weight], "<u4").tobytes())
    assert caught.value.code == "sum_not_possible"


def test_a_sum_of_another_size() -> None:
    first = Group.of([5, 5, 5], 2).members[0]
    for total in (b"", bytes(8), bytes(13), bytes(16)):
        with pytest.raises(ContributionError) as caught:
            first.open(total)
        assert caught.value.code == "sum_malformed"


def test_a_sum_without_one_of_them_is_noise_and_refused() -> None:
    members = Group.of([5, 5, 5], 2000)
    vectors = members.masked([np.zeros(2000, np.float32)] * 3)
    with pytest.raises(ContributionError) as caught:
        members.members[0].open(SecureAggregator.add(vectors[:2]))
    assert caught.value.code == "sum_not_possible"


def test_members_who_were_told_different_things_get_no_sum() -> None:
    """A server that names another attempt to one of them learns nothing, and is found out."""
    ours, theirs = Group.of([5, 5, 5], 50), Group.of([5, 5, 5], 50, attempt=3)
    ours.members[2] = theirs.members[2]
    total = ours.exchange([np.zeros(50, np.float32)] * 3)
    with pytest.raises(ContributionError) as caught:
        ours.members[0].open(total)
    assert caught.value.code == "sum_not_possible"


@given(places=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), min_size=1, max_size=12))
def test_attempts_only_go_forward(places) -> None:
    order = AttemptOrder()
    begun: list[tuple[int, int]] = []
    for round_, attempt in places:
        context = context_of([1, 1, 1], round=round_, attempt=attempt)
        if not begun or (round_, attempt) > max(begun):
            order.begin(context)
            begun.append((round_, attempt))
            continue
        with pytest.raises(ContributionError) as caught:
            order.begin(context)
        assert caught.value.code == "attempt_spent"
    order.begin(context_of([1, 1, 1], round=0, attempt=1, session=2))


def test_a_repeated_round_with_another_set_is_refused() -> None:
    order = AttemptOrder()
    order.begin(context_of([1, 1, 1, 1]))
    smaller = tuple(AttemptMember(member_id(number), 1) for number in range(3))
    with pytest.raises(ContributionError) as caught:
        order.begin(context_of([], members=smaller))
    assert caught.value.code == "attempt_spent"
