"""Columns with one of several values, and outcomes that are one of several."""

from __future__ import annotations

import unicodedata

import msgspec
import numpy as np
import pytest
import torch

from disco_desktop.engine.dataset.dataset import check_data, load_dataset, load_unlabelled
from disco_desktop.engine.errors import TaskError
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.network import build_network
from disco_desktop.engine.task.outcome import ClassOutcome
from disco_desktop.engine.task.tabular import CategoryColumn, NumericColumn
from disco_desktop.engine.task.task import decode_task, encode_task
from disco_desktop.engine.validation.validator import Validator
from disco_desktop.resource_files import resource
from tests.engine.training.conftest import disco_of, trained

AGE = NumericColumn(name="age", center=50.0, scale=10.0)
COLOURS = CategoryColumn(name="colour", values=("red", "green", "blue"))
ROWS = "".join(
    f"{30 + row},{('red', 'green', 'blue')[row % 3]},{'yes' if row % 2 else 'no'}\n"
    for row in range(24)
)
HEADER = "age,colour,ill\n"


def test_a_category_is_a_one_among_zeros(task_with, csv_file) -> None:
    task = task_with(inputs=(AGE, COLOURS))
    assert task.data.features == 5
    dataset = load_dataset(task, csv_file(HEADER + ROWS))
    path = csv_file("age,colour\n50,green\n50,\n50,red \n", "new.csv")
    data = load_unlabelled(task, path, dataset.preprocessing)
    assert data.samples.features.tolist() == [
        [0, 0, 1, 0, 0], [0, 0, 0, 0, 1], [0, 1, 0, 0, 0],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "cell", "code", "used"),
    [
        ("own", "", "cells_filled_own", 25),
        ("own", "mauve", "category_filled_own", 25),
        ("refuse", "?", "cell_missing", 24),
        ("refuse", "mauve", "category_unknown", 24),
    ],
)
def test_what_is_no_known_value_is_told_with_its_line(
    task_with, csv_file, missing: str, cell: str, code: str, used: int
) -> None:
    column = CategoryColumn(name="colour", values=COLOURS.values, missing=missing)
    task = task_with(inputs=(AGE, column))
    assert task.data.features == (5 if missing == "own" else 4)
    report = check_data(task, csv_file(f"{HEADER}{ROWS}60,{cell},no\n"))
    (problem,) = report.problems
    assert (problem.code, problem.column, problem.lines) == (code, "colour", [26])
    assert (report.usable_rows, report.rows) == (used, 25)
    if cell == "mauve":
        assert problem.arguments["known"] == ["red", "green", "blue"]
        assert problem.arguments["example"] == "mauve"


def test_numbers_can_be_learnt_for_a_category(task_with, csv_file) -> None:
    learnt = CategoryColumn(name="colour", values=COLOURS.values, embedding=2)
    task = task_with(inputs=(learnt, AGE))
    assert task.data.features == 2
    dataset = load_dataset(task, csv_file(HEADER + ROWS))
    assert set(dataset.training.features[:, 0].tolist()) == {0.0, 1.0, 2.0}
    network = build_network(task)
    names = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    assert names["categories.column0.weight"] == (4, 2)
    assert names["dense1.weight"] == (4, 3)
    assert sum(tensor.numel() for tensor in network.state_dict().values()) == task.elements
    table = network.categories.column0.weight
    joined = network.categories(torch.tensor([[3.0, 0.5], [1.0, -0.5]]))
    assert torch.allclose(joined[:, :2], table[[3, 1]])
    assert joined[:, 2].tolist() == [0.5, -0.5]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"values": ["a", "a"]}, "the same"),
        ({"values": ["a"]}, "length"),
        ({"labels": ["one"]}, "differ in length"),
        ({"embedding": 0}, ">= 1"),
    ],
)
def test_a_category_that_makes_no_sense_is_refused(task_with, changes, problem: str) -> None:
    described = msgspec.json.decode(encode_task(task_with(inputs=(AGE, COLOURS))))
    described["data"]["inputs"][1] |= changes
    with pytest.raises(TaskError) as raised:
        decode_task(msgspec.json.encode(described))
    assert problem in raised.value.arguments["problem"]


async def test_one_of_three_outcomes_is_learnt_from_real_rows(task_with) -> None:
    """In which class a passenger travelled, from the fare and where they embarked."""
    task = task_with(
        inputs=(
            NumericColumn(name="Fare", center=32.0, scale=50.0),
            NumericColumn(name="Age"),
            CategoryColumn(name="Embarked", values=("S", "C", "Q")),
        ),
        outcome=ClassOutcome(
            name="Pclass", values=("1", "2", "3"), labels=("first", "second", "third")
        ),
    )
    model = msgspec.structs.replace(task.model, hidden=(32, 16))
    training = msgspec.structs.replace(
        task.training,
        optimizer=msgspec.structs.replace(task.training.optimizer, learning_rate=0.01),
    )
    task = msgspec.structs.replace(task, model=model, training=training)
    assert decode_task(encode_task(task)) == task
    path = resource("tasks", "titanic", "sample")
    report = check_data(task, path)
    assert report.balance == {"first": 216, "second": 184, "third": 491}
    dataset = load_dataset(task, path)
    assert dataset.training.targets is not None
    assert dataset.training.targets.dtype == np.int64
    result, _ = await trained(
        disco_of(dataset, NoMemory(), initial_client(task), task=task, epochs=20, round_duration=20)
    )
    tested = Validator(task, result.weights, device="cpu").test(dataset.validation)
    assert tested.probabilities.shape == (len(dataset.validation), 3)
    assert np.array(tested.confusion).shape == (3, 3)
    assert np.array(tested.confusion).sum() == len(dataset.validation)
    assert tested.accuracy == result.final_validation.accuracy
    assert tested.accuracy > 0.75  # the most frequent class alone is 0.55


def initial_client(task):
    from disco_desktop.engine.client.client import LocalClient

    return LocalClient(initial_weights(task, seed=0))


def test_an_outcome_of_several_names_those_it_knows(task_with, csv_file) -> None:
    kinds = ClassOutcome(name="ill", values=("yes", "no", "later"), labels=("a", "b", "c"))
    task = task_with(inputs=(AGE, COLOURS), outcome=kinds)
    report = check_data(task, csv_file(f"{HEADER}{ROWS}60,red,perhaps\n"))
    (problem,) = report.problems
    assert (problem.code, problem.arguments["known"]) == ("outcome_unknown", ["yes", "no", "later"])
    assert report.balance == {"a": 12, "b": 12, "c": 0}


def test_another_case_or_form_of_a_value_is_the_same_and_told(task_with, csv_file) -> None:
    column = CategoryColumn(name="colour", values=("Red", "green", "bl\u00fc"))
    task = task_with(inputs=(AGE, column))
    rows = ROWS.replace("red", "RED").replace("blue", "blu\u0308").replace("yes", "Yes")
    report = check_data(task, csv_file(HEADER + rows))
    told = {(problem.code, problem.column): problem.count for problem in report.problems}
    assert told == {("values_respelt", "colour"): 8, ("values_respelt", "ill"): 12}
    assert report.usable_rows == 24
    plain = rows.replace("RED", "Red").replace("blu\u0308", "bl\u00fc").replace("Yes", "yes")
    digests = [load_dataset(task, csv_file(HEADER + content)).digest for content in (rows, plain)]
    assert digests[0] == digests[1]


def test_values_that_differ_in_case_alone_are_not_mixed_up(task_with, csv_file) -> None:
    column = CategoryColumn(name="colour", values=("Red", "red", "green", "blue"))
    task = task_with(inputs=(AGE, column))
    report = check_data(task, csv_file(f"{HEADER}{ROWS}60,RED,no\n"))
    assert [(one.code, one.lines) for one in report.problems] == [("category_filled_own", [26])]


def test_a_column_of_unknown_values_alone_is_told_as_a_whole(task_with, csv_file) -> None:
    column = CategoryColumn(name="colour", values=("mauve", "ochre"))
    report = check_data(task_with(inputs=(AGE, column)), csv_file(HEADER + ROWS))
    assert [(one.code, one.count) for one in report.problems] == [("column_unknown", 24)]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_column_is_found_whatever_the_form_of_its_name(task_with, csv_file, form) -> None:
    other = {"NFC": "NFD", "NFD": "NFC"}[form]
    column = CategoryColumn(name=unicodedata.normalize(form, "Größe"), values=COLOURS.values)
    header = HEADER.replace("colour", unicodedata.normalize(other, "Größe"))
    report = check_data(task_with(inputs=(AGE, column)), csv_file(header + ROWS))
    assert report.problems == []
    assert report.usable_rows == 24
