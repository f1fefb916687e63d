"""What a page sees of an assistant, with real processes."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from disco_desktop.app.processes.assistant_job import DataCheck
from disco_desktop.app.processes.assistant_messages import CheckData, Checked, ProblemFound, Reading
from disco_desktop.engine.errors import DiscoError
from disco_desktop.resource_files import resource
from tests.own_processes import own_processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.app.processes.assistant_messages import AssistantMessage
    from disco_desktop.engine.task.task import Task
    from tests.app.conftest import WhenTold

SAMPLE = resource("tasks", "titanic", "sample")


@pytest.fixture
async def check():
    made = DataCheck()
    yield made
    await made.close()


async def until(check: DataCheck, *states: str) -> None:
    """Wait until a job has come to one of the states."""
    arrived = asyncio.Event()

    def look() -> None:
        if check.state in states:
            arrived.set()

    end = check.observe(look)
    look()
    async with asyncio.timeout(60):
        await arrived.wait()
    end()


async def first_row(check: DataCheck) -> object:
    rows = check.rows
    assert rows is not None
    arrived = asyncio.Event()
    rows.arrived = lambda first, last: arrived.set()
    rows.row(0)
    async with asyncio.timeout(60):
        await arrived.wait()
    return rows.row(0)


async def test_a_check_ends_with_its_answer_and_rows(check: DataCheck, titanic: Task) -> None:
    check.begin(CheckData(task=titanic, data=str(SAMPLE)))
    assert check.state == "working"
    await until(check, "done", "failed")
    assert check.answer.report.usable_rows == 891
    assert check.problems
    assert await first_row(check) is not None
    with pytest.raises(DiscoError, match="nothing_to_write"):
        await check.write_csv(Path("nowhere.csv"))


async def test_the_answer_stays_when_the_process_is_let_go(check: DataCheck, titanic: Task) -> None:
    check.begin(CheckData(task=titanic, data=str(SAMPLE)))
    await until(check, "done")
    process = check._process.id
    check.let_go()
    assert check.rows is None
    assert check.answer is not None
    await check.close()
    assert not psutil.pid_exists(process)


async def test_a_new_request_takes_the_place_of_the_one_before(
    check: DataCheck, titanic: Task, tmp_path: Path
) -> None:
    check.begin(CheckData(task=titanic, data=str(SAMPLE)))
    check.begin(CheckData(task=titanic, data=str(tmp_path / "none.csv")))
    await until(check, "done")
    assert [problem.code for problem in check.answer.report.problems] == ["data_missing"]


async def test_a_cancelled_one_leaves_nothing(check: DataCheck, titanic: Task) -> None:
    check.begin(CheckData(task=titanic, data=str(SAMPLE)))
    check.cancel()
    assert (check.state, check.request, check.answer) == ("idle", None, None)
    await check.close()
    assert check.state == "idle"


async def test_a_process_that_is_killed_fails_the_job(check: DataCheck, titanic: Task) -> None:
    check.begin(CheckData(task=titanic, data=str(SAMPLE)))
    await until(check, "done")
    os.kill(check._process.id, signal.SIGKILL)
    check.rows.row(0)
    await until(check, "failed")
    assert check.error.code == "assistant_died"


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """Other data, of which as much is told."""
    path = tmp_path / "second.csv"
    path.write_text((SAMPLE / "titanic.csv").read_text())
    return path


@pytest.mark.parametrize("kind", [Reading, ProblemFound, Checked])
async def test_what_an_earlier_request_still_says_is_not_heard(
    check: DataCheck, titanic: Task, second: Path, when_told: WhenTold, kind: type[AssistantMessage]
) -> None:
    seen = []

    def look() -> None:
        seen.append((check.state, check.reading.file if check.reading else "", check.answer))

    def begin_anew() -> None:
        check.begin(CheckData(task=titanic, data=str(second)))
        assert (check.state, check.reading, check.problems) == ("working", None, [])
        check.observe(look)

    when_told(kind, begin_anew)
    check.begin(CheckData(task=titanic, data=str(SAMPLE)))
    first = check._task
    await asyncio.wait([first])
    assert (check.reading, check.answer, check.error) == (None, None, None)
    await until(check, "done", "failed")
    assert {file for _, file, _ in seen} == {"second.csv"}
    assert {state for state, _, _ in seen} == {"working", "done"}
    assert check.answer.report.files == ["second.csv"]
    assert await first_row(check) is not None


async def test_an_earlier_one_that_is_cancelled_with_its_answer_there_leaves_nothing(
    check: DataCheck, titanic: Task, when_told: WhenTold
) -> None:
    before = set(own_processes())
    when_told(Checked, check.cancel)
    check.begin(CheckData(task=titanic, data=str(SAMPLE)))
    await asyncio.wait([check._task])
    assert (check.state, check.answer, check.rows) == ("idle", None, None)
    await check.close()
    assert set(own_processes()) <= before


async def test_rows_of_an_earlier_request_that_cannot_be_read_do_not_fail_the_next(
    check: DataCheck, titanic: Task, second: Path
) -> None:
    check.begin(CheckData(task=titanic, data=str(SAMPLE)))
    await until(check, "done")
    rows, process = check.rows, check._process
    os.kill(process.id, signal.SIGKILL)
    await process._process.wait()
    states = []
    check.observe(lambda: states.append(check.state))
    rows.row(0)
    check.begin(CheckData(task=titanic, data=str(second)))
    await asyncio.wait([rows._reading])
    await until(check, "done", "failed")
    assert set(states) == {"working", "done"}
    assert check.error is None
    assert check.answer.report.files == ["second.csv"]


async def test_what_cannot_be_shown_is_said_and_leaves_no_process(
    check: DataCheck, titanic: Task, expect_log: Callable[[str], None]
) -> None:
    def stumble() -> None:
        if check.state == "done":
            raise ValueError("five sizes for one point")

    expect_log("what an assistant told could not be shown")
    check.observe(stumble)
    check.begin(CheckData(task=titanic, data=str(SAMPLE)))
    await until(check, "failed")
    await check._task
    assert check.error.code == "program_failed"
    assert "five sizes" in check.error.detail
    assert not own_processes()
