"""An exchange among peers gives all of them the true mean, or all of them nothing."""

from __future__ import annotations

import asyncio

import msgspec
import numpy as np
import pytest

from disco_desktop.engine.client.peers.exchange import Topology
from disco_desktop.engine.client.peers.frames import ExchangeParcel
from disco_desktop.engine.client.peers.summing import ExchangeFailedError
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.task.task import SecureAggregation
from tests.engine.client.peers.group import group
from tests.server.running_server import task_with

MEAN = task_with(scheme="decentralized", minimum_participants=2, weighting="equal")
SECURE = task_with(
    scheme="decentralized",
    minimum_participants=3,
    weighting="equal",
    aggregation=SecureAggregation(largest_change=64.0),
)
VECTORS = [[0.001, 3, 40, 10], [0.002, 5, 30, 11], [0.003, 13, 11, 12]]
TRUE_MEAN = [0.002, 7, 27, 11]


def drawn(members: int, values: int, *, largest: float = 1.0) -> np.ndarray:
    chance = np.random.default_rng(members * 1000 + values)
    return chance.uniform(-largest, largest, (members, values)).astype(np.float32)


@pytest.mark.parametrize("task", [MEAN, SECURE], ids=["mean", "secure"])
async def test_three_agree_on_the_true_mean(task) -> None:
    async with group(task, VECTORS) as members:
        for number in (1, 2, 3):
            models = await members.exchange(members.attempt(number, round_=number - 1))
            assert len({digest for _, digest in models}) == 1
            for weights, _ in models:
                np.testing.assert_allclose(weights.buffer, TRUE_MEAN, atol=1e-6)


@pytest.mark.parametrize("task", [MEAN, SECURE], ids=["mean", "secure"])
@pytest.mark.parametrize("number", [3, 5, 9])
@pytest.mark.parametrize("values", [1, 7, 10_001])
async def test_any_number_and_any_size(task, number: int, values: int) -> None:
    updates = drawn(number, values)
    async with group(task, updates) as members:
        models = await members.exchange()
        assert len({weights.buffer.tobytes() for weights, _ in models}) == 1
        np.testing.assert_allclose(
            models[0][0].buffer, updates.astype(np.float64).mean(axis=0), atol=1e-6
        )


@pytest.mark.parametrize("task", [MEAN, SECURE], ids=["mean", "secure"])
async def test_samples_weigh(task) -> None:
    together = msgspec.structs.replace(task.collaboration, weighting="samples")
    task = msgspec.structs.replace(task, collaboration=together)
    samples = [1024, 512, 256, 256]
    updates = drawn(4, 100)
    async with group(task, updates, samples) as members:
        by_id = {member.id: (member.update, member.samples) for member in members.members}
        models = await members.exchange()
    expected = sum(update * many for update, many in by_id.values()) / sum(samples)
    np.testing.assert_allclose(models[0][0].buffer, expected, atol=1e-5)


@pytest.mark.parametrize("task", [MEAN, SECURE], ids=["mean", "secure"])
@pytest.mark.parametrize("number", [3, 10])
async def test_nobody_sends_more_than_little_over_two_models(task, number: int) -> None:
    values = 100_000
    async with group(task, drawn(number, values)) as members:
        await members.exchange()
        for member in members.members:
            assert member.ledger.bytes_sent < 2.05 * 4 * values


async def test_bfloat16_halves_what_is_sent_of_updates() -> None:
    together = msgspec.structs.replace(MEAN.collaboration, codec="bf16")
    updates = drawn(4, 1000)
    async with group(msgspec.structs.replace(MEAN, collaboration=together), updates) as members:
        models = await members.exchange()
        assert len({digest for _, digest in models}) == 1
        np.testing.assert_allclose(models[0][0].buffer, updates.mean(axis=0), atol=0.01)
        traffic = members.members[0].ledger.traffic
        assert traffic["part of an update"].bytes_sent == 3 * 250 * 2


async def test_no_member_sees_anothers_update_under_masks() -> None:
    """What is sent has every byte value as often as chance has it, whatever the update is."""
    values = 50_000
    async with group(SECURE, np.zeros((3, values), np.float32)) as members:
        seen: list[bytes] = []
        for member in members.members:
            offer = member.network.parcels.offer

            def watch(parcel, content, *, to=None, offer=offer) -> None:
                if isinstance(parcel, ExchangeParcel) and parcel.content == "part":
                    seen.append(bytes(content))
                offer(parcel, content, to=to)

            member.network.parcels.offer = watch
        await members.exchange()
    assert len(seen) == 6
    for content in seen:
        counts = np.bincount(np.frombuffer(content, np.uint8), minlength=256)
        expected = len(content) / 256
        assert ((counts - expected) ** 2 / expected).sum() < 400  # 255 degrees; p < 1e-7


@pytest.mark.parametrize("task", [MEAN, SECURE], ids=["mean", "secure"])
async def test_who_does_not_answer_is_blamed_by_all(task) -> None:
    async with group(task, drawn(4, 50)) as members:
        *there, away = members.members
        attempt = members.attempt(seconds=0.3)
        outcomes = await asyncio.gather(
            *(member.exchange(attempt) for member in there), return_exceptions=True
        )
        for outcome in outcomes:
            assert isinstance(outcome, ExchangeFailedError)
            assert outcome.blamed == (away.id,)


@pytest.mark.parametrize(
    ("task", "content"),
    [(MEAN, "part"), (MEAN, "sum"), (MEAN, "digest"), (SECURE, "key"), (SECURE, "commitment")],
)
async def test_who_is_silent_in_any_step_is_blamed_by_all_long_before_the_attempt_is_over(
    task, content: str
) -> None:
    async with group(task, drawn(4, 50)) as members, asyncio.timeout(60):
        *there, silent = members.members
        silent.withhold(content, of=[member.id for member in there])
        attempt = members.attempt(seconds=600, silence=0.5)
        last = asyncio.create_task(silent.carry_out(attempt))
        outcomes = await asyncio.gather(
            *(member.carry_out(attempt) for member in there), return_exceptions=True
        )
        last.cancel()
        await asyncio.gather(last, return_exceptions=True)
        for outcome in outcomes:
            assert isinstance(outcome, ExchangeFailedError)
            assert outcome.blamed == (silent.id,)


async def test_who_lacks_something_says_so_before_others_take_it_for_silent() -> None:
    async with group(MEAN, drawn(4, 50)) as members, asyncio.timeout(60):
        lacking, silent = members.members[-2:]
        silent.withhold("part", of=[lacking.id])
        attempt = members.attempt(seconds=600, silence=1.0)
        exchanges = {
            asyncio.create_task(member.carry_out(attempt)): member for member in members.members
        }
        done, waiting = await asyncio.wait(exchanges, return_when=asyncio.FIRST_COMPLETED)
        for exchange in waiting:
            exchange.cancel()
        await asyncio.gather(*exchanges, return_exceptions=True)
        assert [exchanges[exchange] for exchange in done] == [lacking]
        error = done.pop().exception()
        assert isinstance(error, ExchangeFailedError)
        assert error.blamed == (silent.id,)


async def test_a_link_that_is_cut_costs_nothing_but_time() -> None:
    updates = drawn(3, 2_000_000)
    async with group(MEAN, updates) as members:
        one, other = members.members[0].id, members.members[1].id
        arrived = members.members[0].ledger
        received, has_some = arrived.received, asyncio.Event()

        def note(kind: str, size: int) -> None:
            received(kind, size)
            if arrived.bytes_received > 2 << 20:
                has_some.set()

        arrived.received = note
        exchange = asyncio.create_task(members.exchange())
        await has_some.wait()
        members.network.cut(one, other)
        members.network.mend(one, other)
        models = await exchange
        assert len({digest for _, digest in models}) == 1
        np.testing.assert_allclose(models[0][0].buffer, updates.mean(axis=0), atol=1e-6)
        # What had arrived before is not sent again.
        assert arrived.bytes_received < 2 * 8_000_000 + (4 << 20)


async def test_values_that_are_no_numbers_are_found_and_their_sender_named() -> None:
    updates = drawn(4, 100)
    async with group(MEAN, updates) as members:
        members.members[1].update = np.full(100, np.nan, np.float32)
        attempt = members.attempt(seconds=2)
        outcomes = await asyncio.gather(
            *(member.exchange(attempt) for member in members.members), return_exceptions=True
        )
        assert all(isinstance(outcome, ExchangeFailedError) for outcome in outcomes)
        named = {name for outcome in outcomes for name in outcome.blamed}
        assert members.members[1].id in named


IMPOSSIBLE = {
    "nan": np.nan, "infinite": np.inf, "huge": 1e38, "too_far": 2e4,
}  # fmt: skip


@pytest.mark.parametrize("value", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_a_sum_that_cannot_be_is_adopted_by_nobody_and_its_summer_named(value) -> None:
    async with group(MEAN, drawn(4, 100)) as members:
        cheat = members.members[2]
        honest = cheat.summing

        def summing(attempt):
            made = honest(attempt)
            total = made.sum

            def lie(number, part, contents):
                values = np.frombuffer(total(number, part, contents), "<f4").copy()
                values[3] = value
                return memoryview(values.tobytes())

            made.sum = lie
            return made

        cheat.summing = summing
        attempt = members.attempt(seconds=2)
        outcomes = await asyncio.gather(
            *(member.exchange(attempt) for member in members.members), return_exceptions=True
        )
        for member, outcome in zip(members.members, outcomes, strict=True):
            assert isinstance(outcome, ExchangeFailedError)
            if member is not cheat:
                assert outcome.blamed == (cheat.id,)


async def test_a_masked_sum_beyond_what_updates_may_move_is_adopted_by_nobody() -> None:
    async with group(SECURE, drawn(4, 100)) as members:
        cheat = members.members[0]
        honest = cheat.summing

        def summing(attempt):
            made = honest(attempt)
            total = made.sum

            def lie(number, part, contents):
                values = np.frombuffer(total(number, part, contents), "<u4").copy()
                values[0] ^= np.uint32(1 << 31)
                return memoryview(values.tobytes())

            made.sum = lie
            return made

        cheat.summing = summing
        attempt = members.attempt(seconds=2)
        outcomes = await asyncio.gather(
            *(member.exchange(attempt) for member in members.members), return_exceptions=True
        )
        for member, outcome in zip(members.members, outcomes, strict=True):
            assert isinstance(outcome, ExchangeFailedError)
            if member is not cheat:
                assert outcome.blamed == (cheat.id,)


async def test_an_update_that_masks_cannot_hold_is_an_error_of_its_owner() -> None:
    async with group(SECURE, drawn(3, 100)) as members:
        members.members[0].update = np.full(100, 1000, np.float32)
        attempt = members.attempt(seconds=0.5)
        first, *others = await asyncio.gather(
            *(member.exchange(attempt) for member in members.members), return_exceptions=True
        )
        assert isinstance(first, ContributionError)
        assert first.code == "update_clipped"
        assert all(isinstance(outcome, ExchangeFailedError) for outcome in others)


async def test_who_promises_one_thing_and_sends_another_is_named() -> None:
    async with group(SECURE, drawn(3, 100)) as members:
        cheat = members.members[0]
        offer = cheat.network.parcels.offer

        def lie(parcel, content, *, to=None) -> None:
            if isinstance(parcel, ExchangeParcel) and parcel.content == "part":
                content = memoryview(bytes(len(content)))
            offer(parcel, content, to=to)

        cheat.network.parcels.offer = lie
        attempt = members.attempt(seconds=1)
        outcomes = await asyncio.gather(
            *(member.exchange(attempt) for member in members.members), return_exceptions=True
        )
        for outcome in outcomes[1:]:
            assert isinstance(outcome, ExchangeFailedError)
            assert outcome.blamed == (cheat.id,)


async def test_peers_told_of_different_members_do_not_agree() -> None:
    """A server that tells members different things gets no sum of them."""
    async with group(SECURE, drawn(4, 100)) as members:
        whole = members.attempt(seconds=0.5)
        fewer = msgspec.structs.replace(whole, members=whole.members[:3])
        outcomes = await asyncio.gather(
            *(
                member.exchange(fewer if number == 0 else whole)
                for number, member in enumerate(members.members)
            ),
            return_exceptions=True,
        )
        assert all(isinstance(outcome, ExchangeFailedError) for outcome in outcomes)


@pytest.mark.parametrize("members", range(1, 12))
@pytest.mark.parametrize("values", [1, 2, 11, 1000])
def test_parts_cover_all_values_once(members: int, values: int) -> None:
    ids = tuple(f"{number:016x}" for number in range(members))
    topology = Topology.choose(ids, values)
    covered = np.zeros(values, int)
    for part in topology.parts:
        covered[part] += 1
    assert (covered == 1).all()
    summed = [topology.summed_by(member) for member in ids]
    assert set(summed) == set(range(len(topology.parts)))
    lengths = [part.stop - part.start for part in topology.parts]
    assert max(lengths) - min(lengths) <= 1
