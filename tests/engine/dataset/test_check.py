"""The report: what is wrong is named with its place, and the loader leaves out exactly that."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disco_desktop.engine.dataset.dataset import check_data, load_dataset
from disco_desktop.engine.errors import DataError


def test_good_data_have_no_problems(task, csv_file, twenty_rows) -> None:
    report = check_data(task, csv_file(twenty_rows))
    assert report.problems == []
    assert report.is_usable
    assert report.task == "clinic"
    assert report.files == ["data.csv"]
    assert (report.rows, report.usable_rows) == (20, 20)
    assert report.balance == {"healthy": 10, "sick": 10}
    assert report.training + report.validation == 20
    assert report.validation > 0


@pytest.mark.parametrize(
    ("row", "code", "column", "example"),
    [
        ("old,1,yes", "cell_not_number", "age", "old"),
        ("40,12 mg,yes", "cell_not_number", "dose", "12 mg"),
        ('40,"1,5",yes', "cell_decimal_comma", "dose", "1,5"),
        ("40,inf,yes", "cell_too_large", "dose", "inf"),
        ("40,1e300,yes", "cell_too_large", "dose", "1e300"),
        ("40,1,perhaps", "outcome_unknown", "ill", "perhaps"),
        ("40,1,", "outcome_missing", "ill", ""),
        ("40,1,NA", "outcome_missing", "ill", "NA"),
    ],
)
def test_a_row_with_a_wrong_cell_is_named_and_left_out(
    task, csv_file, twenty_rows, row, code, column, example
) -> None:
    path = csv_file(f"{twenty_rows}{row}\n")
    report = check_data(task, path)
    (problem,) = report.problems
    assert problem.code == code
    assert problem.severity == "warning"
    assert problem.column == column
    assert (problem.file, problem.rows, problem.lines, problem.count) == ("data.csv", [21], [22], 1)
    assert problem.arguments["example"] == example
    assert (report.rows, report.usable_rows) == (21, 20)
    dataset = load_dataset(task, path)
    assert 21 not in dataset.training.rows
    assert 21 not in dataset.validation.rows


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",1,yes", "cells_filled_center"),
        ("40,NaN,yes", "cells_filled_center"),
        ("5000,1,yes", "cell_far_out"),
        ("30,0,no", "rows_repeated"),
    ],
)
def test_an_odd_row_is_told_and_used(task, csv_file, twenty_rows, row, code) -> None:
    report = check_data(task, csv_file(f"{twenty_rows}{row}\n"))
    (problem,) = report.problems
    assert (problem.code, problem.severity, problem.count) == (code, "warning", 1)
    assert report.usable_rows == 21


def test_a_column_without_any_number_is_told(task, csv_file) -> None:
    rows = "".join(f"{age},,{'yes' if age % 2 else 'no'}\n" for age in range(20))
    report = check_data(task, csv_file("age,dose,ill\n" + rows))
    (problem,) = report.problems
    assert (problem.code, problem.column, problem.count) == ("column_empty", "dose", 20)
    assert report.is_usable


def test_a_comma_for_a_point_all_over_a_file_is_told_once(task, csv_file) -> None:
    rows = "".join(f"{age};{age},5;no\n" for age in range(30))
    report = check_data(task, csv_file("age;dose;ill\n" + rows))
    error, problem = report.problems
    assert (error.code, error.count) == ("no_usable_rows", 30)
    assert (problem.code, problem.count) == ("cell_decimal_comma", 30)
    assert len(problem.rows) == len(problem.lines) == 20


def test_the_example_of_a_wrong_cell_is_short_and_inert(task, csv_file, twenty_rows) -> None:
    report = check_data(task, csv_file(f'{twenty_rows}"\x1b[2J\u202e\n{"x" * 100}",1,yes\n'))
    example = report.problems[0].arguments["example"]
    assert example.isprintable()
    assert len(example) == 41


def test_errors_come_first(task, csv_file) -> None:
    report = check_data(task, csv_file("age,dose,ill\n1,,yes\n2,,yes\nx,,yes\n"))
    assert [problem.severity for problem in report.problems] == ["error", "warning", "warning"]


CELLS = st.sampled_from(
    ["1", "2.5", "-3", "", "NA", "inf", "1e99", "1,5", "x", "yes", "no", "true", '"', "\0", "é"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=25))
def test_report_and_loader_agree_whatever_the_file_holds(task, tmp_path, rows) -> None:
    path = tmp_path / "any.csv"
    path.write_text("\n".join(["age;dose;ill", *(";".join(row) for row in rows)]))
    report = check_data(task, path)
    assert sum(report.balance.values()) == report.usable_rows <= report.rows
    assert report.training + report.validation == report.usable_rows
    if not report.is_usable:
        with pytest.raises(DataError, match=rf"^{report.problems[0].code}\("):
            load_dataset(task, path)
    else:
        dataset = load_dataset(task, path)
        assert len(dataset.training) == report.training
        assert len(dataset.validation) == report.validation
