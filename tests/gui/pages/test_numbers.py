"""The pages on a model that predicts numbers, with real assistants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.library.data import LastData
from disco_desktop.app.processes.assistant_job import ModelTest, Prediction
from disco_desktop.app.processes.generation import Generation
from disco_desktop.engine.events import Metrics
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.gui.data_words import achieved, parts_of
from disco_desktop.gui.item_models.data import ExpectedColumnsModel
from disco_desktop.gui.pages.predict import PredictPage
from disco_desktop.gui.pages.test import TestPage
from tests.gui.conftest import eventually
from tests.nuclei import PATH, nuclei_task, untrained_nuclei

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MODEL = "fedcba9876543210"


@pytest.fixture
def memory(tmp_path) -> DiskMemory:
    memory = DiskMemory(tmp_path / "memory")
    memory.save(untrained_nuclei())
    return memory


@pytest.fixture
async def test_job() -> AsyncIterator[ModelTest]:
    made = ModelTest()
    yield made
    await made.close()


@pytest.fixture
async def prediction() -> AsyncIterator[Prediction]:
    made = Prediction()
    yield made
    await made.close()


async def shown(page, job, home_window) -> None:
    home_window.setCentralWidget(page)
    home_window.show()
    page.entered(MODEL)
    await eventually(lambda: page._model is not None)
    page._choice.choose(PATH)
    await eventually(lambda: job.state in ("done", "failed"))


async def test_a_test_shows_errors_and_no_accuracy(
    theme, test_job, memory, tmp_path, errands, home_window
) -> None:
    page = TestPage(theme, test_job, memory, LastData(tmp_path / "home"), errands)
    await shown(page, test_job, home_window)
    figures = test_job.answer.figures
    assert not page._cards["accuracy"].isVisible()
    assert not page._matrix.isVisible()
    assert not page._calibration.isVisible()
    assert page._errors.cards["absolute"].isVisible()
    said = f"{figures.mean_absolute_error:,.4g} µm²"
    assert page._errors.cards["absolute"].value == said
    assert page._errors.plot.points == test_job.answer.points
    assert [page._rows.headerData(place, page_horizontal()) for place in range(3)] == [
        "True", "Predicted", "Error",
    ]  # fmt: skip
    page._doubtful.setChecked(True)
    await eventually(lambda: page._rows.rows.row(0) is not None)
    row = page._rows.rows.row(0)
    away = [abs(value - truth) for truth, value in test_job.answer.points]
    assert abs(row.value - row.true_value) == pytest.approx(max(away))
    assert page._rows.index(0, 0).data().endswith(" µm²")


def page_horizontal():
    from PySide6.QtCore import Qt

    return Qt.Orientation.Horizontal


async def test_a_prediction_shows_values_with_their_unit(
    theme, prediction, memory, tmp_path, errands, home_window
) -> None:
    last = LastData(tmp_path / "home")
    page = PredictPage(theme, prediction, memory, last, errands, Generation())
    await shown(page, prediction, home_window)
    assert page._predicted.value == "569"
    assert not page._counts.isVisible()
    assert page._outcome.text().startswith("area_mean: ")
    assert page._outcome.text().endswith(" µm² on average")
    await eventually(lambda: page._rows.rows.row(0) is not None)
    assert page._rows.index(0, 0).data().endswith(" µm²")
    titles = [
        page._rows.headerData(place, page_horizontal()) for place in range(page._rows.columnCount())
    ]
    assert titles == ["Prediction", *prediction.answer.shape.columns]
    assert "Probability" not in titles
    assert not page._filter.isVisible()


def test_what_is_expected_and_achieved_is_said_of_a_number(qapp) -> None:
    task = nuclei_task()
    model = ExpectedColumnsModel()
    model.show_columns(task.data, {})
    last = model.rowCount() - 1
    assert model.index(last, 0).data() == "area_mean"
    assert model.index(last, 2).data() == "number, in µm²"
    assert parts_of(task.data)[-1] == ("area_mean", "predicts: a number, in µm²")
    reached = Metrics(loss=0.25, accuracy=None, samples=10)
    assert "off by 176 µm²" in achieved(task.data, reached)
