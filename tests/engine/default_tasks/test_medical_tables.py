"""The tasks of breast cancer and heart disease, and the patients that come with them."""

from __future__ import annotations

import csv
import statistics
from typing import TYPE_CHECKING

import pytest

from disco_desktop.engine.client.client import LocalClient
from disco_desktop.engine.dataset.dataset import check_data, load_dataset
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.network import manifest_of
from disco_desktop.engine.task.tabular import CategoryColumn, NumericColumn
from disco_desktop.engine.task.task import decode_task, encode_task
from disco_desktop.engine.training.settings import TrainingSettings
from tests.engine.training.conftest import disco_of, trained

if TYPE_CHECKING:
    from disco_desktop.engine.task.provider import TaskProvider

PROVIDERS = [task_provider("breast_cancer"), task_provider("heart_disease")]


def rows_of(provider: TaskProvider) -> list[dict[str, str]]:
    folder = provider.sample_data()
    with (folder / f"{folder.parent.name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(params=PROVIDERS, ids=lambda provider: type(provider).__name__)
def provider(request) -> TaskProvider:
    return request.param


def test_the_task_is_data_that_others_can_read(provider: TaskProvider) -> None:
    task = provider.get_task()
    assert decode_task(encode_task(task)) == task
    assert task.collaboration.minimum_participants == 2
    assert manifest_of(task).elements == task.elements


def test_every_patient_can_be_used(provider: TaskProvider) -> None:
    report = check_data(provider.get_task(), provider.sample_data())
    assert report.is_usable
    assert report.usable_rows == report.rows


def test_the_tables_are_the_known_ones() -> None:
    breast, heart = (rows_of(provider) for provider in PROVIDERS)
    assert (len(breast), len(breast[0])) == (569, 31)
    assert sum(row["diagnosis"] == "malignant" for row in breast) == 212
    assert (len(heart), len(heart[0])) == (303, 14)
    assert sum(row["num"] == "1" for row in heart) == 139
    assert [sum(row[name] == "" for row in heart) for name in ("ca", "thal")] == [4, 2]


def test_declared_figures_are_those_of_the_patients(provider: TaskProvider) -> None:
    rows = rows_of(provider)
    for column in provider.get_task().data.inputs:
        cells = [row[column.name] for row in rows if row[column.name]]
        if isinstance(column, NumericColumn):
            known = [float(cell) for cell in cells]
            assert column.center == pytest.approx(statistics.fmean(known), rel=0.02)
            assert column.scale == pytest.approx(statistics.pstdev(known), rel=0.02)
        else:
            assert isinstance(column, CategoryColumn)
            assert set(cells) == set(column.values)


def test_source_and_licence_come_along(provider: TaskProvider) -> None:
    text = (provider.sample_data() / "SOURCE.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text


@pytest.mark.parametrize(("provider", "least"), list(zip(PROVIDERS, (0.93, 0.78), strict=True)))
async def test_it_is_learnt_in_the_default_epochs(provider: TaskProvider, least: float) -> None:
    task = provider.get_task()
    dataset = load_dataset(task, provider.sample_data())
    client = LocalClient(initial_weights(task, seed=0))
    settings = TrainingSettings.of(task)
    result, _ = await trained(
        disco_of(
            dataset, NoMemory(), client, task=task, epochs=settings.epochs,
            batch_size=settings.batch_size, round_duration=settings.round_duration,
        )
    )  # fmt: skip
    assert result.final_validation.accuracy > least
