"""Outcomes that are numbers: what is read, what is told, what is refused."""

from __future__ import annotations

import msgspec
import pytest

from disco_desktop.engine.dataset.dataset import check_data, load_dataset
from disco_desktop.engine.errors import DataError, TaskError
from disco_desktop.engine.task.outcome import NumericOutcome
from disco_desktop.engine.task.tabular import NumericColumn
from disco_desktop.engine.task.task import decode_task, encode_task
from tests.nuclei import PATH, nuclei_task

HEADER = "age,weight\n"
ROWS = "".join(f"{age},{50 + age / 2}\n" for age in range(20, 60))


@pytest.fixture
def task():
    task = nuclei_task()
    data = msgspec.structs.replace(
        task.data,
        inputs=(NumericColumn(name="age"),),
        outcome=NumericOutcome(name="weight", unit="kg", center=70, scale=6),
    )
    return msgspec.structs.replace(task, data=data)


def test_the_task_is_data_that_others_can_read(task) -> None:
    assert decode_task(encode_task(task)) == task
    assert (task.data.outputs, task.data.labels) == (1, ())


@pytest.mark.parametrize(
    ("changes", "problem"),
    [({"scale": 0}, "> 0.0"), ({"unit": 3}, "str"), ({"values": []}, "values")],
)
def test_an_outcome_that_makes_no_sense_is_refused(task, changes, problem: str) -> None:
    described = msgspec.json.decode(encode_task(task))
    described["data"]["outcome"] |= changes
    with pytest.raises(TaskError) as raised:
        decode_task(msgspec.json.encode(described))
    assert problem in raised.value.arguments["problem"]


def test_the_report_tells_how_the_numbers_lie(task, csv_file) -> None:
    report = check_data(task, csv_file(HEADER + ROWS))
    assert report.problems == []
    assert report.balance == {}
    assert report.spread is not None
    assert (report.spread.least, report.spread.greatest) == (60, 79.5)
    assert report.spread.mean == pytest.approx(69.75)
    assert report.spread.unit == "kg"


def test_real_rows_are_all_usable() -> None:
    report = check_data(nuclei_task(), PATH)
    assert report.usable_rows == 569
    assert report.spread.least == 143.5


@pytest.mark.parametrize(
    ("cell", "code", "used"),
    [
        ("", "outcome_missing", 40),
        ("heavy", "cell_not_number", 40),
        ('"70,5"', "cell_decimal_comma", 40),
        ("1e300", "cell_too_large", 40),
        ("70000", "cell_far_out", 41),
    ],
)
def test_what_is_no_number_is_left_out(task, csv_file, cell: str, code: str, used: int) -> None:
    report = check_data(task, csv_file(f"{HEADER}{ROWS}33,{cell}\n"))
    (problem,) = report.problems
    assert (problem.code, problem.column, problem.rows) == (code, "weight", [41])
    assert report.usable_rows == used


def test_a_number_that_never_changes_teaches_nothing(task, csv_file) -> None:
    path = csv_file(HEADER + "".join(f"{age},70\n" for age in range(20, 60)))
    assert not check_data(task, path).is_usable
    with pytest.raises(DataError) as raised:
        load_dataset(task, path)
    assert raised.value.code == "one_outcome_only"
    assert raised.value.arguments["label"] == "70"
