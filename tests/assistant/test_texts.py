"""The assistant as a real process: texts checked, tested on, written after."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from disco_desktop.app.processes.assistant_messages import (
    CheckData,
    Checked,
    CsvWritten,
    Generate,
    Generated,
    GenerationEnded,
    Loading,
    ModelTested,
    PageRead,
    Predict,
    Predicted,
    ReadPage,
    StopGenerating,
    TestModel,
    WriteCsv,
)
from disco_desktop.app.processes.worker_messages import Failed
from disco_desktop.engine.dataset.dataset import check_data
from disco_desktop.engine.dataset.text.text_reader import NOTHING_FITTED
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import StoredModel
from disco_desktop.engine.models.network import build_network, read_weights
from disco_desktop.engine.task.gpt import GPT
from disco_desktop.engine.task.text import TextData
from disco_desktop.engine.validation.generation import GenerationSettings, Generator
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.processes.assistant_job import AssistantProcess
    from disco_desktop.app.processes.assistant_messages import AssistantMessage, Request
    from disco_desktop.engine.task.task import Task

pytestmark = pytest.mark.usefixtures("quick_children")

SPEECH = resource("tasks", "wikitext", "sample", "1863_abraham_lincoln_r.txt")
MODEL = "0123456789abcdee"


@pytest.fixture
def texts() -> Task:
    return msgspec.structs.replace(
        task_provider("wikitext").get_task(),
        data=TextData(context=16),
        model=GPT(layers=1, heads=1, width=4),
    )


@pytest.fixture
def writing(tmp_path: Path, texts: Task) -> StoredModel:
    torch.manual_seed(1)
    model = StoredModel(
        record=ModelRecord(
            id=MODEL,
            name="Texts",
            task_id=texts.id,
            task_title=texts.display.title,
            created="2025-01-02T03:04:05Z",
            scheme="federated",
            rounds=1,
            epochs=1,
            participants=1,
        ),
        task=texts,
        preprocessing=NOTHING_FITTED,
        history=History(),
        weights=read_weights(build_network(texts)),
    )
    DiskMemory(tmp_path / "memory").save(model)
    return model


def generate(tmp_path: Path, **wishes: float | str) -> Generate:
    given = {"prompt": "The state of", "tokens": 12, "temperature": 0.8, "top_k": 40, "seed": 3}
    return Generate(memory=str(tmp_path / "memory"), model=MODEL, **{**given, **wishes})


async def said(assistant: AssistantProcess, request: Request) -> list[AssistantMessage]:
    return [message async for message in assistant.ask(request)]


async def test_texts_are_checked_and_their_beginning_is_shown(
    assistant: AssistantProcess, texts: Task, tmp_path: Path
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_bytes(SPEECH.read_bytes())
    (folder / "b.txt").write_bytes(b"good\nbad \0\ngood\n")
    checked = (await said(assistant, CheckData(task=texts, data=str(folder))))[-1]
    assert isinstance(checked, Checked)
    assert checked.report == check_data(texts, folder)
    assert [name for name, _ in checked.shape.files] == ["a.txt", "b.txt"]
    (read,) = await said(assistant, ReadPage(page=0))
    assert isinstance(read, PageRead)
    assert read.rows[0].cells[0].startswith("Fellow")
    assert [(row.number, row.is_used, row.marks) for row in read.rows[-3:]] == [
        (1, True, {}), (2, False, {0: "text_with_zero_bytes"}), (3, True, {})
    ]  # fmt: skip


async def test_a_model_is_tested_on_texts(
    assistant: AssistantProcess, writing: StoredModel, tmp_path: Path
) -> None:
    pages = tmp_path / "pages.txt"
    pages.write_text(SPEECH.read_text()[:12_000])
    request = TestModel(memory=str(tmp_path / "memory"), model=MODEL, data=str(pages))
    tested = (await said(assistant, request))[-1]
    assert isinstance(tested, ModelTested)
    assert tested.labels == tested.confusion == []
    assert tested.metrics.loss == pytest.approx(10.83, abs=0.1)  # ln 50,257: it knows nothing
    assert tested.shape.rows > 0


async def test_it_writes_the_same_text_piece_by_piece(
    assistant: AssistantProcess, writing: StoredModel, tmp_path: Path
) -> None:
    first = await said(assistant, generate(tmp_path))
    assert isinstance(first[0], Loading)
    pieces = [message.text for message in first if isinstance(message, Generated)]
    ended = first[-1]
    assert isinstance(ended, GenerationEnded)
    assert not ended.stopped
    assert 1 < len(pieces) <= ended.tokens == 12
    settings = GenerationSettings(tokens=12, seed=3)
    assert "".join(pieces) == Generator(writing.task, writing.weights).text(
        "The state of", settings
    )
    again = await said(assistant, generate(tmp_path))
    assert not any(isinstance(message, Loading) for message in again)
    assert [one.text for one in again if isinstance(one, Generated)] == pieces


async def test_it_stops_when_it_is_told_to_and_writes_again(
    assistant: AssistantProcess, writing: StoredModel, tmp_path: Path
) -> None:
    ended: AssistantMessage | None = None
    is_told = False
    async for message in assistant.ask(generate(tmp_path, tokens=100_000)):
        if isinstance(message, Generated) and not is_told:
            await assistant.send(StopGenerating())
            is_told = True
        ended = message
    assert isinstance(ended, GenerationEnded)
    assert ended.stopped
    assert 0 < ended.tokens < 100_000
    after = (await said(assistant, generate(tmp_path)))[-1]
    assert isinstance(after, GenerationEnded)
    assert not after.stopped


async def test_what_cannot_be_written_is_told_of(
    assistant: AssistantProcess, writing: StoredModel, tmp_path: Path
) -> None:
    failed = (await said(assistant, generate(tmp_path, temperature=-1.0)))[-1]
    assert isinstance(failed, Failed)
    assert failed.code == "generation_out_of_range"


async def test_lines_are_written_after_and_kept_as_a_file(
    assistant: AssistantProcess, writing: StoredModel, tmp_path: Path
) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("Once upon\n\nThere was\n")
    request = Predict(memory=str(tmp_path / "memory"), model=MODEL, data=str(prompts))
    predicted = (await said(assistant, request))[-1]
    assert isinstance(predicted, Predicted)
    assert predicted.shape.columns == ["prompt", "continuation"]
    (written,) = await said(assistant, WriteCsv(path=str(tmp_path / "out.csv")))
    assert written == CsvWritten(path=str(tmp_path / "out.csv"), rows=2)
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["prompt"] for row in rows] == ["Once upon", "There was"]
    assert all(row["continuation"] for row in rows)
