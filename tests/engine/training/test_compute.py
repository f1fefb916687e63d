from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest
import torch

from disco_desktop.engine.training.compute import LONGEST_STALL, Compute

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 30.0  # seconds until a test gives up


@pytest.fixture
def compute() -> Iterator[Compute]:
    compute = Compute(1)
    yield compute
    compute.close()


async def test_the_loop_lives_while_long_work_is_done(compute: Compute) -> None:
    is_alive = threading.Event()
    asyncio.get_running_loop().call_later(2 * LONGEST_STALL, is_alive.set)
    for _ in range(5):  # however often
        assert await compute.run("long", lambda: is_alive.wait(PATIENCE))
        is_alive.clear()
        asyncio.get_running_loop().call_later(2 * LONGEST_STALL, is_alive.set)
    is_alive.set()


async def test_quick_work_is_soon_done_where_it_is(compute: Compute) -> None:
    threads = [await compute.run("quick", threading.get_ident) for _ in range(20)]
    assert threads[0] != threading.get_ident()
    assert threads[-1] == threading.get_ident()


async def test_the_loop_has_its_turn_between_quick_pieces(compute: Compute) -> None:
    def spin() -> None:
        until = time.perf_counter() + LONGEST_STALL / 4
        while time.perf_counter() < until:
            pass

    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    await compute.run("spin", spin)
    counting = asyncio.create_task(count())
    for _ in range(100):
        await compute.run("spin", spin)
    counting.cancel()
    assert turns > 5


async def test_work_is_brought_to_its_end_where_the_caller_is_cancelled(compute: Compute) -> None:
    began, may_end, has_ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        may_end.wait(PATIENCE)
        has_ended.set()

    running = asyncio.create_task(compute.run("work", work))
    await asyncio.to_thread(began.wait, PATIENCE)
    running.cancel()
    await asyncio.sleep(0)
    assert not running.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert has_ended.is_set()


async def test_an_error_of_the_work_is_the_callers(compute: Compute) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await compute.run("work", lambda: 1 // 0)


async def test_torch_has_as_many_threads_in_either_way() -> None:
    before = torch.get_num_threads()
    for threads in (2, 1):
        compute = Compute(threads)
        found = [await compute.run("threads", torch.get_num_threads) for _ in range(10)]
        compute.close()
        assert found == [threads] * 10
    torch.set_num_threads(before)
