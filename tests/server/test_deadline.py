"""A deadline is met by moving it on, and is told of once when it is missed."""

from __future__ import annotations

import asyncio

import pytest

from disco_desktop.server.timers import Deadline

SOON, LATER, LONG = 0.02, 0.06, 60.0


class Missed(asyncio.Queue[str]):
    async def next(self) -> tuple[str, float]:
        async with asyncio.timeout(LONG):
            return await self.get(), asyncio.get_running_loop().time()


@pytest.fixture
async def missed() -> Missed:
    return Missed()


async def test_it_is_missed_when_its_time_is_up(missed: Missed) -> None:
    began = asyncio.get_running_loop().time()
    Deadline(missed.put_nowait).set(SOON, "too slow")
    reason, at = await missed.next()
    assert reason == "too slow"
    assert at - began >= SOON


@pytest.mark.parametrize(("first", "second"), [(SOON, LATER), (LONG, SOON)])
async def test_the_last_time_and_reason_count(missed: Missed, first: float, second: float) -> None:
    began = asyncio.get_running_loop().time()
    deadline = Deadline(missed.put_nowait)
    deadline.set(first, "first")
    deadline.set(second, "second")
    reason, at = await missed.next()
    assert reason == "second"
    assert at - began >= second
    assert missed.empty()


async def test_what_is_lifted_or_over_is_not_missed(missed: Missed) -> None:
    lifted, ended = Deadline(missed.put_nowait), Deadline(missed.put_nowait)
    for deadline in (lifted, ended):
        deadline.set(SOON, "never")
    lifted.lift()
    ended.end()
    Deadline(missed.put_nowait).set(LATER, "the only one")
    assert (await missed.next())[0] == "the only one"
    assert missed.empty()
    lifted.set(SOON, "again")
    assert (await missed.next())[0] == "again"
