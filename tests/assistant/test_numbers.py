"""Testing and predicting numbers for the window."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.processes.assistant_messages import (
    ModelTested,
    PageRead,
    Predict,
    Predicted,
    ReadPage,
    TestModel,
    View,
    WriteCsv,
)
from disco_desktop.engine.memory.disk_memory import DiskMemory
from tests.assistant.test_assistant import answer
from tests.nuclei import PATH, untrained_nuclei

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.processes.assistant_job import AssistantProcess

pytestmark = pytest.mark.usefixtures("quick_children")


@pytest.fixture
def nuclei(tmp_path: Path) -> DiskMemory:
    memory = DiskMemory(tmp_path / "memory")
    memory.save(untrained_nuclei())
    return memory


async def test_a_test_of_numbers_has_errors_and_points(
    assistant: AssistantProcess, nuclei: DiskMemory, tmp_path: Path
) -> None:
    model = untrained_nuclei().record.id
    request = TestModel(memory=str(nuclei.root), model=model, data=str(PATH))
    tested = await answer(assistant, request)
    assert isinstance(tested, ModelTested), tested
    assert tested.metrics.accuracy is None
    assert (tested.labels, tested.confusion) == ([], [])
    assert len(tested.points) == tested.metrics.samples == 569
    away = [abs(value - truth) for truth, value in tested.points]
    assert tested.figures.mean_absolute_error == pytest.approx(sum(away) / 569)
    page = await answer(assistant, ReadPage(page=0, view=View(order="doubt")))
    assert isinstance(page, PageRead)
    errors = [abs(row.value - row.true_value) for row in page.rows]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] == pytest.approx(max(away))
    await answer(assistant, WriteCsv(path=str(tmp_path / "tested.csv")))
    with (tmp_path / "tested.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["truth"]) == pytest.approx(float(rows[0]["area_mean"]))
    assert float(rows[0]["error"]) == pytest.approx(
        float(rows[0]["prediction"]) - float(rows[0]["truth"]), rel=1e-4
    )


async def test_predicted_numbers_are_told_with_their_spread(
    assistant: AssistantProcess, nuclei: DiskMemory
) -> None:
    model = untrained_nuclei().record.id
    request = Predict(memory=str(nuclei.root), model=model, data=str(PATH))
    predicted = await answer(assistant, request)
    assert isinstance(predicted, Predicted), predicted
    assert predicted.counts == []
    spread = predicted.spread
    assert spread is not None
    assert spread.least < spread.mean < spread.greatest
    page = await answer(assistant, ReadPage(page=0))
    assert isinstance(page, PageRead)
    assert all(spread.least <= row.value <= spread.greatest for row in page.rows)
