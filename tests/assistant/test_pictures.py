"""The assistant with pictures: rows to look at before a training, after a test, a prediction."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from disco_desktop.app.processes.assistant_messages import (
    CheckData,
    Checked,
    CsvWritten,
    ModelTested,
    PageRead,
    Predict,
    Predicted,
    ReadPage,
    Row,
    TestModel,
    View,
    WriteCsv,
)
from disco_desktop.engine.dataset.images.image_reader import NOTHING_FITTED
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import StoredModel
from disco_desktop.engine.models.network import build_network, read_weights
from tests.assistant.test_assistant import answer, loads_torch

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.processes.assistant_job import AssistantProcess

pytestmark = pytest.mark.usefixtures("quick_children")

TASK = task_provider("lus_covid").get_task()


@pytest.fixture
def lungs(tmp_path: Path) -> Path:
    """Twelve pictures of each label, one of which is broken, and one of an unknown label."""
    folder = tmp_path / "lungs"
    chance = np.random.default_rng(1)
    for label in ("COVID-Negative", "COVID-Positive", "other"):
        (folder / label).mkdir(parents=True)
        for number in range(1 if label == "other" else 12):
            pixels = chance.integers(0, 256, (120, 200, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number:02}.png")
    (folder / "COVID-Negative" / "03.png").write_bytes(b"broken")
    return folder


@pytest.fixture
def pictures_memory(tmp_path: Path) -> DiskMemory:
    """A memory with a model that has learnt nothing: what it says is as good as any."""
    torch.manual_seed(1)
    memory = DiskMemory(tmp_path / "memory")
    memory.save(
        StoredModel(
            record=ModelRecord(
                id="00000000000000aa",
                name="Lungs",
                task_id=TASK.id,
                task_title="Lungs",
                created="2025-01-02T03:04:05Z",
                scheme="local",
            ),
            task=TASK,
            preprocessing=NOTHING_FITTED,
            history=History(),
            weights=read_weights(build_network(TASK)),
        )
    )
    return memory


async def page(assistant: AssistantProcess, view: View | None = None) -> list[Row]:
    read = await answer(assistant, ReadPage(page=0, view=view or View()))
    assert isinstance(read, PageRead)
    return list(read.rows)


def seen(row: Row) -> Image.Image:
    assert len(row.picture) <= 8 << 10
    picture = Image.open(io.BytesIO(row.picture))
    assert picture.format == "JPEG"
    return picture


async def test_checked_pictures_can_be_looked_at(assistant: AssistantProcess, lungs: Path) -> None:
    checked = await answer(assistant, CheckData(task=TASK, data=str(lungs)))
    assert isinstance(checked, Checked)
    assert checked.shape.has_pictures
    assert checked.shape.columns == ["filename", "label"]
    assert checked.shape.rows == checked.report.rows == 25
    assert checked.report.usable_rows == 23
    rows = await page(assistant)
    assert rows[0].cells == ["COVID-Negative/00.png", "COVID-Negative"]
    assert max(seen(rows[0]).size) == 96
    # Wider than high: whole, on black.
    assert np.asarray(seen(rows[0]).convert("L"))[:10].max() < 60
    broken, unknown = rows[3], rows[24]
    assert (broken.is_used, broken.marks, broken.picture) == (
        False,
        {0: "pictures_unreadable"},
        b"",
    )
    assert (unknown.is_used, unknown.marks) == (False, {1: "label_folders_unknown"})
    assert seen(unknown)
    assert not loads_torch(assistant)


async def test_tested_and_predicted_pictures_come_with_what_the_model_saw(
    assistant: AssistantProcess, lungs: Path, pictures_memory: DiskMemory, tmp_path: Path
) -> None:
    request = {"memory": str(pictures_memory.root), "model": "00000000000000aa", "data": str(lungs)}
    tested = await answer(assistant, TestModel(**request))
    assert isinstance(tested, ModelTested)
    assert (tested.metrics.samples, tested.left_out.count) == (23, 2)
    assert tested.shape.has_pictures
    rows = await page(assistant, View(order="doubt"))
    assert len(rows) == 23
    assert all(seen(row) and row.truth is not None for row in rows)
    probabilities = [row.probability for row in rows]
    assert probabilities == sorted(probabilities)

    predicted = await answer(assistant, Predict(**request))
    assert isinstance(predicted, Predicted)
    assert sum(predicted.counts) == 24
    rows = await page(assistant)
    assert (rows[3].cells, rows[3].is_used, rows[3].picture) == (
        ["COVID-Negative/03.png"], False, b"",
    )  # fmt: skip
    assert seen(rows[4])
    written = await answer(assistant, WriteCsv(path=str(tmp_path / "out.csv")))
    assert isinstance(written, CsvWritten)
    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 25
    assert table[0]["filename"] == "COVID-Negative/00.png"
    assert table[0]["prediction"] in TASK.data.values
    assert table[3]["prediction"] == ""
