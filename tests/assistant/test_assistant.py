"""The assistant as a real process: checking, testing, predicting, and pages of rows."""

from __future__ import annotations

import asyncio
import csv
import itertools
import os
import signal
from typing import TYPE_CHECKING

import psutil
import pytest

from disco_desktop.app.processes.assistant_job import AssistantProcess
from disco_desktop.app.processes.assistant_messages import (
    CheckData,
    Checked,
    CsvWritten,
    Loading,
    ModelTested,
    PageRead,
    Predict,
    Predicted,
    ProblemFound,
    Reading,
    ReadPage,
    TestModel,
    View,
    WriteCsv,
)
from disco_desktop.app.processes.worker_messages import Failed
from disco_desktop.engine.dataset.dataset import check_data
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.processes.assistant_messages import AssistantMessage, Request, Row
    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.task.task import Task

SAMPLE = resource("tasks", "titanic", "sample")
MODEL = "0123456789abcdef"


async def said(assistant: AssistantProcess, request: Request) -> list[AssistantMessage]:
    return [message async for message in assistant.ask(request)]


async def answer(assistant: AssistantProcess, request: Request) -> AssistantMessage:
    return (await said(assistant, request))[-1]


async def page(assistant: AssistantProcess, number: int = 0, view: View | None = None) -> list[Row]:
    read = await answer(assistant, ReadPage(page=number, view=view or View()))
    assert isinstance(read, PageRead)
    return list(read.rows)


def loads_torch(assistant: AssistantProcess) -> bool:
    return any("libtorch" in area.path for area in psutil.Process(assistant.id).memory_maps())


async def test_it_reports_as_the_engine_does_and_tells_what_it_reads(
    assistant: AssistantProcess, titanic: Task
) -> None:
    messages = await said(assistant, CheckData(task=titanic, data=str(SAMPLE)))
    assert messages[0] == Reading(file="titanic.csv")
    checked = messages[-1]
    assert isinstance(checked, Checked)
    assert checked.report == check_data(titanic, SAMPLE)
    told = [message.problem for message in messages if isinstance(message, ProblemFound)]
    assert sorted(told, key=lambda problem: problem.severity) == checked.report.problems
    assert checked.shape.rows == 891
    assert checked.shape.numbering == "line"
    assert not loads_torch(assistant)


async def test_rows_show_the_cells_that_have_a_problem(
    assistant: AssistantProcess, titanic: Task, broken: Path
) -> None:
    checked = await answer(assistant, CheckData(task=titanic, data=str(broken)))
    assert isinstance(checked, Checked)
    columns = checked.shape.columns
    assert columns == ["Age", "SibSp", "Parch", "Fare", "Pclass", "Survived"]
    rows = await page(assistant)
    assert len(rows) == checked.report.rows == 10
    assert [row.number for row in rows] == list(range(2, 12))
    assert [place for place, row in enumerate(rows) if not row.is_used] == [1, 4, 5, 8]
    assert rows[1].marks == {columns.index("Age"): "cell_not_number"}
    assert rows[3].marks == {columns.index("Age"): "cells_filled_center"}
    assert rows[4].marks == {columns.index("Survived"): "outcome_unknown"}
    assert rows[5].cells == []
    assert rows[8].marks == {columns.index("Fare"): "cell_decimal_comma"}
    assert sum(row.is_used for row in rows) == checked.report.usable_rows


async def test_pages_cover_all_rows_of_several_files(
    assistant: AssistantProcess, titanic: Task, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    sample = (SAMPLE / "titanic.csv").read_text().splitlines()
    (folder / "a.csv").write_text("\n".join(sample[:151]))
    (folder / "b.csv").write_text("\n".join([sample[0], *sample[151:]]))
    checked = await answer(assistant, CheckData(task=titanic, data=str(folder)))
    assert isinstance(checked, Checked)
    assert checked.shape.files == [("a.csv", 150), ("b.csv", 741)]
    pages = [await page(assistant, number) for number in range(6)]
    assert [len(rows) for rows in pages] == [200, 200, 200, 200, 91, 0]
    rows = list(itertools.chain(*pages))
    assert [row.number for row in rows] == [*range(2, 152), *range(2, 743)]
    with (SAMPLE / "titanic.csv").open(newline="") as file:
        fares = [row["Fare"] for row in csv.DictReader(file)]
    assert [row.cells[checked.shape.columns.index("Fare")] for row in rows] == fares


async def test_a_hundred_thousand_rows_are_read_and_told_of_on_the_way(
    assistant: AssistantProcess, titanic: Task, tmp_path: Path
) -> None:
    header, *rows = (SAMPLE / "titanic.csv").read_text().splitlines()
    path = tmp_path / "large.csv"
    many = itertools.islice(itertools.cycle(rows), 100_000)
    path.write_text("\n".join([header, *many]))
    messages = await said(assistant, CheckData(task=titanic, data=str(path)))
    counts = [message.rows for message in messages if isinstance(message, Reading)]
    assert len(counts) > 1
    assert counts == sorted(counts)
    last = await page(assistant, 499)
    assert [row.number for row in last] == list(range(99_802, 100_002))


async def test_leaving_ends_the_reading(titanic: Task, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    header, row = (SAMPLE / "titanic.csv").read_text().splitlines()[:2]
    path.write_text("\n".join([header, *[row] * 400_000]))
    process = await AssistantProcess.start()
    asking = process.ask(CheckData(task=titanic, data=str(path)))
    assert isinstance(await anext(asking), Reading)
    await asking.aclose()
    await process.close()
    assert not psutil.pid_exists(process.id)


async def test_unusable_data_are_a_report_and_no_failure(
    assistant: AssistantProcess, titanic: Task, tmp_path: Path
) -> None:
    path = tmp_path / "other.csv"
    path.write_text("name,colour\nx,red\n")
    checked = await answer(assistant, CheckData(task=titanic, data=str(path)))
    assert isinstance(checked, Checked)
    assert not checked.report.is_usable
    assert checked.shape.rows == 0
    assert await page(assistant) == []


async def test_what_a_problem_mentions_stays_small(
    assistant: AssistantProcess, titanic: Task, tmp_path: Path
) -> None:
    path = tmp_path / "wild.csv"
    header = "Age,SibSp,Parch,Fare,Pclass,Survived"
    path.write_text(f"{header}\n{'y' * 5000},1,1,1,1,\x1b[2J\u202e\n1,1,1,1,1,1\n2,1,1,1,1,0\n")
    checked = await answer(assistant, CheckData(task=titanic, data=str(path)))
    assert isinstance(checked, Checked)
    rows = await page(assistant)
    assert len(rows[0].cells[0]) <= 101
    assert "\x1b" not in rows[0].cells[5]
    assert "\u202e" not in rows[0].cells[5]


async def test_a_model_is_tested_and_its_rows_looked_at(
    assistant: AssistantProcess, memory: DiskMemory, tmp_path: Path
) -> None:
    messages = await said(
        assistant, TestModel(memory=str(memory.root), model=MODEL, data=str(SAMPLE))
    )
    assert Loading() in messages
    tested = messages[-1]
    assert isinstance(tested, ModelTested)
    assert tested.metrics.samples == 891 == sum(map(sum, tested.confusion))
    assert tested.labels == ["died", "survived"]
    assert "Survived" not in tested.shape.columns
    assert tested.shape.columns[:5] == ["Age", "SibSp", "Parch", "Fare", "Pclass"]
    for truth, prediction in itertools.product((0, 1), repeat=2):
        view = View(truth=truth, prediction=prediction)
        rows = []
        for number in range(6):
            rows += await page(assistant, number, view)
        assert len(rows) == tested.confusion[truth][prediction]
        assert {(row.truth, row.prediction) for row in rows} <= {(truth, prediction)}
    doubtful = await page(assistant, 0, View(order="doubt"))
    chances = [row.probability for row in doubtful]
    assert chances == sorted(chances)
    assert min(chances) >= 0.5
    written = await answer(assistant, WriteCsv(path=str(tmp_path / "out.csv")))
    assert isinstance(written, CsvWritten)
    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == written.rows == 891
    assert [row["truth"] for row in table] == [row["Survived"] for row in table]
    right = sum(row["truth"] == row["prediction"] for row in table)
    assert right / 891 == pytest.approx(tested.metrics.accuracy)


async def test_outcomes_are_predicted_where_they_can_be(
    assistant: AssistantProcess, memory: DiskMemory, broken: Path
) -> None:
    predicted = await answer(
        assistant, Predict(memory=str(memory.root), model=MODEL, data=str(broken))
    )
    assert isinstance(predicted, Predicted)
    assert sum(predicted.counts) == 7
    assert predicted.left_out.count == 3
    rows = await page(assistant)
    assert [row.prediction is None for row in rows] == [not row.is_used for row in rows]
    assert sum(row.is_used for row in rows) == 7


@pytest.mark.parametrize("kind", [TestModel, Predict])
async def test_bad_data_and_a_model_that_is_not_there_fail_in_words(
    assistant: AssistantProcess, memory: DiskMemory, tmp_path: Path, kind: type
) -> None:
    missing = await answer(
        assistant, kind(memory=str(memory.root), model=MODEL, data=str(tmp_path / "none.csv"))
    )
    assert isinstance(missing, Failed)
    assert missing.code == "data_missing"
    unknown = await answer(
        assistant, kind(memory=str(memory.root), model="f" * 16, data=str(SAMPLE))
    )
    assert isinstance(unknown, Failed)
    assert unknown.code == "model_unknown"
    assert not loads_torch(assistant)


async def test_a_page_before_any_job_fails_and_the_process_goes_on(
    assistant: AssistantProcess, titanic: Task, tmp_path: Path
) -> None:
    for request in (ReadPage(page=0), WriteCsv(path=str(tmp_path / "out.csv"))):
        failed = await answer(assistant, request)
        assert isinstance(failed, Failed)
        assert failed.code == "nothing_to_write"
    checked = await answer(assistant, CheckData(task=titanic, data=str(SAMPLE)))
    assert isinstance(checked, Checked)


async def test_a_killed_assistant_is_a_failure_in_words(
    assistant: AssistantProcess, titanic: Task
) -> None:
    os.kill(assistant.id, signal.SIGKILL)
    failed = await answer(assistant, CheckData(task=titanic, data=str(SAMPLE)))
    assert isinstance(failed, Failed)
    assert failed.code == "assistant_died"


async def test_it_leaves_when_the_window_is_gone(assistant: AssistantProcess) -> None:
    process = psutil.Process(assistant.id)
    stdin = assistant._process.stdin
    assert stdin is not None
    stdin.close()
    async with asyncio.timeout(30):
        await assistant._process.wait()
    assert not process.is_running()
