from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import DiscoError
from disco_desktop.gui.background_tasks import Errands
from tests.gui.conftest import eventually

if TYPE_CHECKING:
    from collections.abc import Callable


async def test_what_goes_wrong_is_told(errands, told):
    async def fail() -> None:
        raise DiscoError("server_starting")

    errands.run(fail())
    await eventually(lambda: bool(told))
    assert [error.code for error in told] == ["server_starting"]


async def test_a_fault_of_the_program_is_told_in_words_and_logged(
    errands, told, expect_log: Callable[[str], None]
):
    async def fail() -> None:
        raise ZeroDivisionError("nothing to divide by")

    expect_log("an errand failed")
    errands.run(fail())
    await eventually(lambda: bool(told))
    assert [error.code for error in told] == ["program_failed"]


async def test_nothing_begins_and_nothing_is_left_once_all_is_given_up(told):
    done = []

    async def long() -> None:
        await asyncio.Event().wait()

    async def soon() -> None:
        done.append(True)

    made = Errands(told.append)
    made.run(long())
    await asyncio.sleep(0)
    made.run(soon())  # given up before its first step
    await made.close()
    made.run(soon())
    await asyncio.sleep(0)
    assert done == []
    assert told == []
