"""Peers agree on the true mean over real sockets, or all of them know that they did not."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from disco_desktop.engine.client.peers.frames import ExchangeParcel
from tests.end_to_end.peers import MEAN, SECURE, Participant, session, together

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from disco_desktop.engine.client.client import Aggregate
    from disco_desktop.engine.task.task import Task

VECTORS = [[0.001, 3, 40, 10], [0.002, 5, 30, 11], [0.003, 13, 11, 12]]
TRUE_MEAN = np.array([0.002, 7, 27, 11])
BOTH = pytest.mark.parametrize("task", [MEAN, SECURE], ids=["mean", "secure"])


def check_same(aggregates: list[Aggregate]) -> np.ndarray:
    """All have the same bits."""
    assert len({one.weights.sha256() for one in aggregates}) == 1
    assert len({one.round for one in aggregates}) == 1
    return aggregates[0].weights.buffer


@BOTH
@pytest.mark.parametrize("rounds", [1, 3])
async def test_three_agree_on_the_true_mean(tmp_path: Path, task: Task, rounds: int) -> None:
    """D1 to D4: without training, the model moves by the mean of the vectors in each round."""
    async with session(tmp_path, task) as server, together(server, 3) as everybody:
        for round_ in range(rounds):
            aggregates = await asyncio.gather(
                *(
                    one.exchange(vector, round_=round_)
                    for one, vector in zip(everybody, VECTORS, strict=True)
                )
            )
            model = check_same(aggregates)
            np.testing.assert_allclose(model, (round_ + 1) * TRUE_MEAN, atol=1e-4)
            assert all(one.participants == 3 and one.is_counted for one in aggregates)


# Each step at which something is given, for the numbers of members that have such a step; with
# masks at least three must be left, and up to three send each other everything at once.
STEPS = [
    *((MEAN, members, phase) for members in (3, 4, 5) for phase in ("part", "digest")),
    *((MEAN, members, "sum") for members in (4, 5)),
    *(
        (SECURE, members, phase)
        for members in (4, 5)
        for phase in ("key", "commitment", "part", "sum", "digest")
    ),
]


@pytest.mark.parametrize(("task", "members", "phase"), STEPS)
async def test_who_vanishes_in_a_phase_stops_nobody(
    tmp_path: Path, task: Task, members: int, phase: str
) -> None:
    """The others finish with the mean of theirs."""
    vectors = [[float(index), 1.0, 2.0**index, -index] * 3 for index in range(members)]
    async with (
        session(tmp_path, task, values=12) as server,
        together(server, members) as everybody,
    ):
        *staying, leaving = everybody
        gone = leaving.vanish_at(phase)
        last = asyncio.create_task(leaving.exchange(vectors[-1], round_=0))
        aggregates = await asyncio.gather(
            *(one.exchange(vector, round_=0) for one, vector in zip(staying, vectors, strict=False))
        )
        last.cancel()
        await asyncio.gather(last, return_exceptions=True)
        assert gone.is_set()
        model = check_same(aggregates)
        left = np.asarray(vectors[:-1])
        np.testing.assert_allclose(model, left.mean(axis=0), atol=1e-4)
        assert {one.round for one in aggregates} == {1}
        if task is SECURE:
            # Their updates were spent on the attempt that failed: each made another one.
            assert all(one.voids >= 1 for one in staying)


# As above, but the member stays connected and answers pings; an attempt may take 600 seconds.
SILENCES = [
    (MEAN, 3, "part"), (MEAN, 3, "digest"), (MEAN, 4, "sum"),
    (SECURE, 4, "key"), (SECURE, 4, "part"),
]  # fmt: skip


@pytest.mark.parametrize(("task", "members", "phase"), SILENCES)
async def test_who_stays_and_gives_nothing_stops_nobody(
    tmp_path: Path, task: Task, members: int, phase: str
) -> None:
    """The others go on without it, as without somebody who vanishes."""
    assert task.collaboration.round_deadline == 600
    vectors = [[float(index), 1.0, 2.0**index, -index] * 3 for index in range(members)]
    async with (
        session(tmp_path, task, values=12, attempt_seconds=1.0) as server,
        together(server, members) as everybody,
        asyncio.timeout(60),
    ):
        *staying, silent = everybody
        due = silent.fall_silent_at(phase)
        last = asyncio.create_task(silent.exchange(vectors[-1], round_=0))
        aggregates = await asyncio.gather(
            *(one.exchange(vector, round_=0) for one, vector in zip(staying, vectors, strict=False))
        )
        assert due.is_set()
        left = np.asarray(vectors[:-1])
        np.testing.assert_allclose(check_same(aggregates), left.mean(axis=0), atol=1e-4)
        assert {one.participants for one in aggregates} == {members - 1}
        stale = await last
        assert stale.is_stale
        assert stale.weights.sha256() == aggregates[0].weights.sha256()


@BOTH
async def test_who_never_says_how_it_ended_stops_nobody(tmp_path: Path, task: Task) -> None:
    """It has given everything, so that its update is part of the model all the same."""
    async with (
        session(tmp_path, task, attempt_seconds=1.0) as server,
        together(server, 4) as everybody,
        asyncio.timeout(60),
    ):
        *others, mute = everybody

        async def report(*arguments: object) -> None:
            """Say nothing."""

        mute.client._report = report
        aggregates = await asyncio.gather(
            mute.exchange([4.0] * 4, round_=0),
            *(one.exchange([0.0] * 4, round_=0) for one in others),
        )
        np.testing.assert_allclose(check_same(aggregates), [1.0] * 4, atol=1e-4)


def vanish_after_its_outcome(leaving: Participant, others: list[Participant]) -> None:
    """Let somebody say its outcome first, and vanish before the others, who have it, say theirs."""
    have, gone = asyncio.Barrier(len(others) + 1), asyncio.Event()

    async def say_and_vanish(*arguments: object) -> None:
        await say(*arguments)
        await have.wait()
        await leaving.vanish()
        gone.set()

    async def say_later(say: Callable[..., Awaitable[None]], *arguments: object) -> None:
        if not gone.is_set():
            await have.wait()
            await gone.wait()
        await say(*arguments)

    say, leaving.client._report = leaving.client._report, say_and_vanish
    for one in others:
        one.client._report = functools.partial(say_later, one.client._report)


@BOTH
async def test_who_vanishes_after_its_outcome_is_part_of_the_result(
    tmp_path: Path, task: Task
) -> None:
    async with session(tmp_path, task) as server, together(server, 4) as everybody:
        *staying, leaving = everybody
        vanish_after_its_outcome(leaving, staying)
        last = asyncio.create_task(leaving.exchange([4.0] * 4, round_=0))
        aggregates = await asyncio.gather(*(one.exchange([0.0] * 4, round_=0) for one in staying))
        last.cancel()
        await asyncio.gather(last, return_exceptions=True)
        np.testing.assert_allclose(check_same(aggregates), [1.0] * 4, atol=1e-4)


@BOTH
async def test_who_vanishes_after_its_outcome_does_not_keep_those_who_lack_something_of_it(
    tmp_path: Path, task: Task
) -> None:
    async with session(tmp_path, task) as server, together(server, 4) as everybody:
        *staying, leaving = everybody
        say, gone = leaving.client._report, asyncio.Event()
        parcels = leaving.client._peers.parcels
        offer, kept = parcels.offer, staying[0].client._identity.node_id

        def offered(parcel, body, *, to=None) -> None:
            others = frozenset(one.client._identity.node_id for one in staying) - {kept}
            is_last = isinstance(parcel, ExchangeParcel) and parcel.content == "digest"
            offer(parcel, body, to=others if is_last else to)

        async def report(*arguments: object) -> None:
            await say(*arguments)
            await leaving.vanish()
            gone.set()

        parcels.offer, leaving.client._report = offered, report
        last = asyncio.create_task(leaving.exchange([4.0] * 4, round_=0))
        aggregates = await asyncio.gather(*(one.exchange([0.0] * 4, round_=0) for one in staying))
        last.cancel()
        await asyncio.gather(last, return_exceptions=True)
        assert gone.is_set()
        np.testing.assert_allclose(check_same(aggregates), [0.0] * 4, atol=1e-4)


@BOTH
async def test_who_leaves_before_the_exchange_is_not_waited_for(tmp_path: Path, task: Task) -> None:
    async with session(tmp_path, task) as server, together(server, 4) as everybody:
        *staying, leaving = everybody
        exchanges = [asyncio.create_task(one.exchange([2.0] * 4, round_=0)) for one in staying]
        await leaving.leave()
        model = check_same(await asyncio.gather(*exchanges))
        np.testing.assert_allclose(model, [2.0] * 4, atol=1e-4)


@BOTH
async def test_too_few_wait_for_more(tmp_path: Path, task: Task) -> None:
    least = task.collaboration.minimum_participants
    async with session(tmp_path, task) as server, together(server, least - 1) as some:
        exchanges = [asyncio.create_task(one.exchange([1.0] * 4, round_=0)) for one in some]
        late = Participant(server)
        await late.join()
        assert not any(exchange.done() for exchange in exchanges)
        aggregates = await asyncio.gather(late.exchange([1.0] * 4, round_=0), *exchanges)
        np.testing.assert_allclose(check_same(aggregates), [1.0] * 4, atol=1e-4)
        await late.leave()


@BOTH
async def test_a_late_joiner_gets_the_model_from_a_peer(tmp_path: Path, task: Task) -> None:
    async with session(tmp_path, task) as server, together(server, 3) as everybody:
        aggregates = await asyncio.gather(*(one.exchange([3.0] * 4, round_=0) for one in everybody))
        late = Participant(server)
        joined = await late.join()
        assert joined.round == 1
        assert joined.weights.sha256() == aggregates[0].weights.sha256()
        assert late.client.ledger.traffic["model"].bytes_received == 16
        aggregates = await asyncio.gather(
            *(one.exchange([1.0] * 4, round_=1) for one in (*everybody, late))
        )
        np.testing.assert_allclose(check_same(aggregates), [4.0] * 4, atol=1e-4)
        await late.leave()


@BOTH
async def test_who_comes_back_has_its_model_on_its_disk(tmp_path: Path, task: Task) -> None:
    """All are killed, and so is the server: the session goes on where it was."""
    async with session(tmp_path, task) as server:
        everybody = [Participant(server, held=tmp_path / f"held-{n}") for n in range(3)]
        for one in everybody:
            await one.join()
        aggregates = await asyncio.gather(*(one.exchange([3.0] * 4, round_=0) for one in everybody))
        for one in everybody:
            await one.vanish()
            await one.leave()
    async with session(tmp_path, task) as server:
        again = [
            Participant(server, identity=one.identity, held=tmp_path / f"held-{n}", session=1)
            for n, one in enumerate(everybody)
        ]
        for one in again:
            joined = await one.join()
            assert joined.round == 1
            assert joined.weights.sha256() == aggregates[0].weights.sha256()
            assert joined.contributed == 0
        model = check_same(
            await asyncio.gather(*(one.exchange([1.0] * 4, round_=1) for one in again))
        )
        np.testing.assert_allclose(model, [4.0] * 4, atol=1e-4)
        await asyncio.gather(*(one.leave() for one in again))


@BOTH
async def test_a_server_that_comes_back_stops_nobody(tmp_path: Path, task: Task) -> None:
    async with session(tmp_path, task) as server:
        port = int(server.url.rsplit(":", 1)[1])
        everybody = [Participant(server) for _ in range(3)]
        for one in everybody:
            await one.join()
        await asyncio.gather(*(one.exchange([3.0] * 4, round_=0) for one in everybody))
        some = [asyncio.create_task(one.exchange([1.0] * 4, round_=1)) for one in everybody[:2]]
    async with session(tmp_path, task, port=port):
        aggregates = await asyncio.gather(everybody[2].exchange([1.0] * 4, round_=1), *some)
        np.testing.assert_allclose(check_same(aggregates), [4.0] * 4, atol=1e-4)
        await asyncio.gather(*(one.leave() for one in everybody))
