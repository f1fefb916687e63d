"""The Titanic task, and the passengers that come with it."""

from __future__ import annotations

import csv
import itertools
import statistics

import pytest

from disco_desktop.engine.dataset.dataset import check_data, load_dataset, load_unlabelled
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.task.task import decode_task, encode_task

KAGGLE = [
    "PassengerId", "Survived", "Pclass", "Name", "Sex", "Age",
    "SibSp", "Parch", "Ticket", "Fare", "Cabin", "Embarked",
]  # fmt: skip


@pytest.fixture
def task():
    return task_provider("titanic").get_task()


@pytest.fixture
def folder():
    return task_provider("titanic").sample_data()


@pytest.fixture
def passengers(folder) -> list[dict[str, str]]:
    with (folder / "titanic.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_task_is_data_that_others_can_read(task) -> None:
    assert decode_task(encode_task(task)) == task


def test_the_task_is_as_described(task) -> None:
    assert task.id == "titanic"
    assert [column.name for column in task.data.inputs] == [
        "Age",
        "SibSp",
        "Parch",
        "Fare",
        "Pclass",
    ]
    assert task.data.outcome.name == "Survived"
    assert task.model.hidden == (124, 64, 32)
    widths = [task.data.features, *task.model.hidden, task.data.outputs]
    parameters = sum((a + 1) * b for a, b in itertools.pairwise(widths))
    assert parameters == 10_857
    assert f"{parameters:,} parameters" in task.display.model
    training, collaboration = task.training, task.collaboration
    assert (training.epochs, training.round_duration, training.batch_size) == (10, 2, 30)
    assert training.validation_split == 0.2
    assert training.optimizer.learning_rate == 1e-3
    assert (collaboration.scheme, collaboration.aggregation) == ("federated", "mean")
    assert collaboration.minimum_participants == 2
    for text in (task.display.summary, task.display.overview, task.display.data_format):
        assert len(text) > 50


def test_the_passengers_have_kaggles_columns_and_known_totals(passengers) -> None:
    assert list(passengers[0]) == KAGGLE
    assert len(passengers) == 891
    assert sum(row["Survived"] == "1" for row in passengers) == 342
    assert [sum(row["Pclass"] == kind for row in passengers) for kind in "123"] == [216, 184, 491]
    assert sum(row["Age"] == "" for row in passengers) == 177
    assert sum(row["Cabin"] == "" for row in passengers) == 687
    assert sum(row["Embarked"] == "" for row in passengers) == 2
    assert sum(row["Sex"] == "" for row in passengers) == 1
    assert {row["Embarked"] for row in passengers} == {"S", "C", "Q", ""}
    assert len({row["Name"] for row in passengers}) == 891
    assert any('"' in row["Name"] and "," in row["Name"] for row in passengers)


def test_a_passenger_everybody_can_look_up(passengers) -> None:
    (braund,) = (row for row in passengers if row["Name"] == "Braund, Mr. Owen Harris")
    known = ["", "0", "3", braund["Name"], "male", "22", "1", "0", "", "7.25", "", "S"]
    assert braund == dict(zip(KAGGLE, known, strict=True))


def test_source_and_licence_come_along(folder) -> None:
    text = (folder / "SOURCE.md").read_text(encoding="utf-8")
    assert "explainerdashboard" in text
    assert "Permission is hereby granted" in text


def test_every_passenger_can_be_used(task, folder) -> None:
    report = check_data(task, folder)
    assert report.is_usable
    assert (report.rows, report.usable_rows) == (891, 891)
    assert report.balance == {"died": 549, "survived": 342}
    assert 0.15 < report.validation / report.rows < 0.25
    codes = {problem.code: problem.count for problem in report.problems}
    assert codes == {"cells_filled_center": 177, "rows_repeated": 134}


def test_declared_centers_and_scales_are_those_of_the_passengers(task, passengers) -> None:
    for column in task.data.inputs:
        known = [float(row[column.name]) for row in passengers if row[column.name]]
        assert column.center == pytest.approx(statistics.fmean(known), rel=0.01)
        assert column.scale == pytest.approx(statistics.pstdev(known), rel=0.01)


def test_three_participants_share_the_passengers(task, folder) -> None:
    shares = [load_dataset(task, folder, share=Share(number, 3)) for number in (1, 2, 3)]
    sizes = [len(share.training) + len(share.validation) for share in shares]
    assert sizes == [297, 297, 297]
    assert len({share.preprocessing for share in shares}) == 1


def test_passengers_can_be_predicted_with_all_that_is_known_of_them(task, folder) -> None:
    preprocessing = load_dataset(task, folder).preprocessing
    data = load_unlabelled(task, folder / "titanic.csv", preprocessing)
    assert data.table.columns == KAGGLE
    assert len(data.samples) == data.table.height == 891
