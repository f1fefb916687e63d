"""What a server and all but two members see tells nothing of the two beyond their sum."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest

from disco_desktop.engine.aggregator import masks
from disco_desktop.engine.aggregator.masks import MaskStream, Seed, apply_masks
from disco_desktop.engine.aggregator.ring import Ring
from disco_desktop.engine.aggregator.secure import SecureAggregator
from tests.engine.aggregator.secure_group import Group, member_id

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUES = 1 << 17
# So many standard deviations off happens once in a thousand million runs.
FAR = 6.0
UPDATES = {
    "zeros": np.zeros(VALUES, np.float32),
    "largest": np.ones(VALUES, np.float32),
    "training": np.random.default_rng(5).normal(0, 1e-3, VALUES).astype(np.float32),
}


def chi_square_deviation(counts: np.ndarray) -> float:
    """How far counts are from being equal, in standard deviations (Wilson and Hilferty, 1931)."""
    expected = counts.sum() / len(counts)
    freedom = len(counts) - 1
    statistic = float(((counts - expected) ** 2 / expected).sum())
    spread = 2 / (9 * freedom)
    return ((statistic / freedom) ** (1 / 3) - (1 - spread)) / spread**0.5


def is_uniform(vector: np.ndarray) -> bool:
    """Tell whether each of the four bytes of the values takes all 256 values alike."""
    columns = np.ascontiguousarray(vector).view(np.uint8).reshape(-1, 4).T
    deviations = [chi_square_deviation(np.bincount(one, minlength=256)) for one in columns]
    return all(abs(one) < FAR for one in deviations)


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return abs(float(np.corrcoef(one.astype(float), other.astype(float))[0, 1]))


def residues(vector: memoryview) -> np.ndarray:
    return np.frombuffer(vector, "<u4")[:-1]


def quantised(update: np.ndarray, weight: int, members: int) -> np.ndarray:
    return Ring(largest_change=1.0, largest_weight=members).quantise(update, weight)[0]


def seeds_of(group: Group, number: int) -> dict[int, Seed]:
    """What a member knows: its seeds with all others, by their number. Before it masks."""
    context = group.members[number]._context
    key = group.members[number]._key
    return {
        peer: key.seed(context, member_id(number), member_id(peer), other.public_key)
        for peer, other in enumerate(group.members)
        if peer != number
    }


# --- what one sees


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_in_clear_is_not_uniform(name) -> None:
    """Else the test below would tell nothing."""
    assert not is_uniform(quantised(UPDATES[name], 1, 3))


@pytest.mark.parametrize("name", UPDATES)
def test_every_byte_of_a_masked_vector_is_uniform(name) -> None:
    vectors = Group.of([5, 5, 5], VALUES).masked([UPDATES[name]] * 3)
    for vector in vectors:
        assert is_uniform(residues(vector))


def test_every_byte_of_a_share_is_uniform() -> None:
    for seed in seeds_of(Group.of([5] * 4, 1), 1).values():
        share = np.zeros(VALUES, np.uint32)
        apply_masks(share, [seed])
        assert is_uniform(share)


def test_the_weight_is_uniform_too() -> None:
    counts = np.zeros(256, int)
    for _ in range(700):
        vector = Group.of([5, 5, 5], 1).members[0]
        keys = Group.of([5, 5, 5], 1).keys_for(0)
        weight = bytes(vector.masked(np.zeros(1, np.float32), keys))[4:]
        counts += np.bincount(np.frombuffer(weight, np.uint8), minlength=256)
    assert abs(chi_square_deviation(counts)) < FAR


def test_two_tensors_have_nothing_to_do_with_each_other() -> None:
    """Two of the same values, next to each other: neither differences nor products tell it."""
    tensor = UPDATES["training"][: VALUES // 2]
    vectors = Group.of([5, 5, 5], VALUES).masked([np.concatenate([tensor, tensor])] * 3)
    first, second, _ = (residues(one) for one in vectors)
    halves = [first[: VALUES // 2], first[VALUES // 2 :]]
    assert is_uniform(halves[0] - halves[1])
    assert is_uniform(halves[0] ^ halves[1])
    assert correlation(*halves) < FAR / (VALUES // 2) ** 0.5
    assert correlation(first, second) < FAR / VALUES**0.5


def test_attempts_have_nothing_to_do_with_each_other() -> None:
    """The same update, masked for the same members in another attempt, has other masks."""
    one, other = (
        residues(Group.of([5, 5, 5], VALUES, attempt=attempt).masked([UPDATES["largest"]] * 3)[0])
        for attempt in (1, 2)
    )
    assert is_uniform(one - other)
    assert correlation(one, other) < FAR / VALUES**0.5


# --- what a secret has to do with its shares


def test_the_shares_given_away_do_not_depend_on_the_secret() -> None:
    group = Group.of([5] * 5, 500, weighting="equal")
    first, keys = group.members[2], group.keys_for(2)
    seeds = seeds_of(group, 2)
    twin = copy.copy(first)  # the same keys, as nobody can have them twice
    generator = np.random.default_rng(1)
    secrets = [generator.uniform(-1, 1, 500).astype(np.float32) for _ in range(2)]
    shares = []
    for member, secret in zip((first, twin), secrets, strict=True):
        again = seeds_of(Group([*group.members[:2], member, *group.members[3:]]), 2)
        streams = {peer: np.zeros(501, np.uint32) for peer in again}
        for peer, seed in again.items():
            apply_masks(streams[peer], [seed])
        masked = np.frombuffer(member.masked(secret, keys), "<u4")
        assert (masked - quantised(secret, 1, 5)).tolist() == sum(streams.values()).tolist()
        shares.append({peer: stream.tobytes() for peer, stream in streams.items()})
    assert len(seeds) == 4
    assert shares[0] == shares[1]


# --- all but two work together


class Explained(MaskStream):
    """A stream that says what it is told to, for some secrets."""

    told: dict[bytes, np.ndarray]

    def __init__(self, secret: bytes) -> None:
        super().__init__(secret)
        self._told = self.told.get(secret)

    def read_into(self, room: bytearray, size: int) -> None:
        if self._told is None:
            super().read_into(room, size)
        else:
            room[:size] = self._told.tobytes()


def between(group: Group, honest: Sequence[int]) -> tuple[bytes, dict[int, list[Seed]]]:
    """Return the one secret that the others do not know, and all seeds of the two."""
    one, other = honest
    seeds = {number: seeds_of(group, number) for number in honest}
    assert seeds[one][other].secret == seeds[other][one].secret
    return seeds[one][other].secret, {n: list(each.values()) for n, each in seeds.items()}


@pytest.mark.parametrize(
    ("members", "honest"), [(3, (0, 1)), (3, (0, 2)), (4, (1, 2)), (5, (1, 3)), (8, (0, 7))]
)
def test_any_two_inputs_with_the_same_sum_explain_what_is_seen(
    members, honest, monkeypatch
) -> None:
    """For each other pair of inputs there is exactly one mask with which all looks the same.

    All masks are alike likely, so what is seen makes no pair likelier than another.
    """
    elements, step = 300, 2.0**-20  # a multiple of the ring's step, whatever the members
    generator = np.random.default_rng(members)
    steps = generator.integers(-(2**18), 2**18, (members, elements))
    group = Group.of([5] * members, elements, weighting="equal")
    secret, seeds = between(group, honest)
    seen = group.masked([(one * step).astype(np.float32) for one in steps])
    commitments = [SecureAggregator.commitment([one[:600], one[600:]]) for one in seen]

    mask = np.zeros(elements + 1, "<u4")
    apply_masks(mask, [Seed(secret, is_received=True)])
    shift = generator.integers(-(2**19), 2**19, elements)
    others = {honest[0]: steps[honest[0]] + shift, honest[1]: steps[honest[1]] - shift}
    real = {n: quantised((steps[n] * step).astype(np.float32), 1, members) for n in honest}
    possible = {
        n: quantised((one * step).astype(np.float32), 1, members) for n, one in others.items()
    }
    assert (sum(real.values()) == sum(possible.values())).all()
    assert (real[honest[0]] != possible[honest[0]]).sum() > 290

    # The one with the lower id subtracts the mask.
    Explained.told = {secret: mask + (possible[honest[0]] - real[honest[0]])}
    monkeypatch.setattr(masks, "MaskStream", Explained)
    for number in honest:
        vector = possible[number].copy()
        apply_masks(vector, seeds[number])
        assert vector.tobytes() == bytes(seen[number])
        parts = [vector.data.cast("B")[:600], vector.data.cast("B")[600:]]
        assert SecureAggregator.commitment(parts) == commitments[number]

    # With another sum no mask explains what both of them sent.
    possible[honest[1]][0] += 1
    vector = possible[honest[1]].copy()
    apply_masks(vector, seeds[honest[1]])
    assert vector.tobytes() != bytes(seen[honest[1]])


def test_what_is_left_without_the_masks_of_all_others_looks_the_same() -> None:
    """Over many attempts: at no place does the rest have to do with which input it was."""
    attempts, elements, honest = 250, 48, (1, 2)
    large = np.ones(elements, np.float32)
    inputs = {"opposite": [large, -large], "alike": [0 * large, 0 * large]}
    signs: dict[str, np.ndarray] = {}
    bytes_seen: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(256, int))
    for name, pair in inputs.items():
        positive = np.zeros((2, elements), int)
        for _ in range(attempts):
            group = Group.of([5] * 4, elements, weighting="equal")
            known = {n: seeds_of(group, n) for n in honest}
            seen = group.masked([large, *pair, large])
            rest = []
            for number, partner in zip(honest, honest[::-1], strict=True):
                vector = np.frombuffer(seen[number], "<u4").copy()
                for peer, seed in known[number].items():
                    if peer != partner:
                        apply_masks(vector, [Seed(seed.secret, not seed.is_received)])
                rest.append(vector[:-1])
            total = (rest[0] + rest[1]).view("<i4")
            assert not total.any()
            positive += np.array(rest) < 2**31
            for one in rest[:1]:
                bytes_seen[name] += np.bincount(one.view(np.uint8), minlength=256)
        signs[name] = positive
    for positive in signs.values():
        assert np.abs(positive - attempts / 2).max() < FAR * (attempts / 4) ** 0.5
    for counts in bytes_seen.values():
        assert abs(chi_square_deviation(counts)) < FAR
    one, other = bytes_seen.values()
    homogeneous = float(((one - other) ** 2 / (one + other)).sum())
    assert abs(homogeneous - 255) < FAR * (2 * 255) ** 0.5
