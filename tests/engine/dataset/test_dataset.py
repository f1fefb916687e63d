"""From a path to samples."""

from __future__ import annotations

import msgspec
import numpy as np
import polars as pl
import pytest

from disco_desktop.engine.dataset.dataset import (
    check_data,
    load_dataset,
    load_labelled,
    load_unlabelled,
)
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.errors import DataError
from disco_desktop.engine.task.tabular import NumericColumn


def all_rows(dataset) -> list[int]:
    return sorted([*dataset.training.rows.tolist(), *dataset.validation.rows.tolist()])


def failure(task, path, **settings) -> DataError:
    with pytest.raises(DataError) as raised:
        load_dataset(task, path, **settings)
    return raised.value


def test_samples_are_what_stands_in_the_file(task, csv_file, twenty_rows) -> None:
    dataset = load_dataset(task, csv_file(twenty_rows))
    assert all_rows(dataset) == list(range(1, 21))
    for part in (dataset.training, dataset.validation):
        assert len(part) == len(part.rows) == len(part.targets)
        assert part.features.dtype == part.targets.dtype == np.float32
        assert part.rows.dtype == np.int64
        assert part.features.flags.c_contiguous
        assert part.targets.tolist() == [(row - 1) % 2 for row in part.rows]
        ages = part.features[:, 0] * 10 + 50
        assert ages == pytest.approx(29 + part.rows)


def test_what_is_fitted_is_fitted_on_the_training_part(task, csv_file, twenty_rows) -> None:
    dataset = load_dataset(task, csv_file(twenty_rows))
    doses = (dataset.training.rows - 1) / 2
    dose = dataset.preprocessing.columns[1]
    assert dose.center == pytest.approx(doses.mean())
    assert dose.scale == pytest.approx(doses.std())


def test_the_same_rows_in_any_format_and_order_are_split_alike(task, tmp_path, twenty_rows) -> None:
    frame = pl.read_csv(twenty_rows.encode())
    mixed = frame.select("ill", pl.lit("x").alias("note"), "dose", "age").reverse()
    frame.write_csv(tmp_path / "data.csv")
    frame.write_parquet(tmp_path / "data.parquet")
    frame.write_excel(tmp_path / "data.xlsx")
    mixed.write_csv(tmp_path / "mixed.csv")
    plain, parquet, excel, reverse = (
        load_dataset(task, tmp_path / name)
        for name in ("data.csv", "data.parquet", "data.xlsx", "mixed.csv")
    )
    assert plain.digest == parquet.digest == excel.digest
    assert plain.validation.rows.tolist() == parquet.validation.rows.tolist()
    assert sorted((21 - reverse.validation.rows).tolist()) == plain.validation.rows.tolist()


def test_the_digest_tells_any_change_of_the_data_and_no_other(task, csv_file, twenty_rows) -> None:
    digest = load_dataset(task, csv_file(twenty_rows)).digest
    spelled = twenty_rows.replace("\n", ",note\n").replace("30,0.0,no", "30.0,0,no")
    assert load_dataset(task, csv_file(spelled)).digest == digest
    for changed in (
        twenty_rows.replace("30,0.0,no", "31,0.0,no"),
        twenty_rows.replace("30,0.0,no", "30,0.0,yes"),
        twenty_rows.replace("30,0.0,no\n", ""),
        twenty_rows + "99,9,no\n",
    ):
        assert load_dataset(task, csv_file(changed)).digest != digest


def test_shares_divide_the_rows_between_participants(task, csv_file, twenty_rows) -> None:
    path = csv_file(twenty_rows)
    whole = load_dataset(task, path)
    parts = [load_dataset(task, path, share=Share(number, 2), seed=3) for number in (1, 2)]
    assert sorted(all_rows(parts[0]) + all_rows(parts[1])) == list(range(1, 21))
    assert len(all_rows(parts[0])) == 10
    for part in parts:
        assert set(part.validation.rows) <= set(whole.validation.rows)
        again = load_dataset(task, path, share=Share(1, 2), seed=3)
    assert again.digest == parts[0].digest


def test_a_share_too_small_to_learn_from_is_refused(task, csv_file, twenty_rows) -> None:
    path = csv_file(twenty_rows)
    assert failure(task, path, share=Share(1, 20)).code == "rows_all_equal"
    assert failure(task, path, share=Share(21, 21)).code == "no_usable_rows"


def test_a_group_is_on_one_side_and_in_one_share(task_with, csv_file) -> None:
    task = task_with(group="patient")
    lines = [f"{age},1,{'yes' if age % 5 else 'no'},P{age % 12}" for age in range(20, 140)]
    path = csv_file("\n".join(["age,dose,ill,patient", *lines, "1,1,no,", "1,1,no,NA"]))
    patients = np.array([age % 12 for age in range(20, 140)])
    dataset = load_dataset(task, path)
    assert all_rows(dataset) == list(range(1, 121))
    trained, held_out = (
        set(patients[part.rows - 1]) for part in (dataset.training, dataset.validation)
    )
    assert trained
    assert held_out
    assert not trained & held_out
    shares = [
        set(patients[np.array(all_rows(load_dataset(task, path, share=Share(number, 2)))) - 1])
        for number in (1, 2)
    ]
    assert not shares[0] & shares[1]
    report = check_data(task, path)
    assert [problem.code for problem in report.problems] == ["group_missing"]
    assert report.problems[0].rows == [121, 122]


def test_a_group_saved_as_a_real_number_is_the_same_group(task_with, csv_file) -> None:
    task = task_with(group="patient")
    rows = [f"{age},1,{'yes' if age % 2 else 'no'},{age % 9}" for age in range(100)]
    reals = [f"{row}.0" for row in rows]
    header = "age,dose,ill,patient"
    one = load_dataset(task, csv_file("\n".join([header, *rows])))
    other = load_dataset(task, csv_file("\n".join([header, *reals])))
    assert one.digest == other.digest


def test_files_of_a_folder_are_one_table(task, csv_file, tmp_path, twenty_rows) -> None:
    csv_file(twenty_rows, "a.csv")
    csv_file("ill,age,dose\nno,80,1\nbroken\nyes,81,2\n", "b.csv")
    pl.DataFrame({"age": [90], "dose": [1.5], "ill": ["no"]}).write_parquet(tmp_path / "c.parquet")
    csv_file("something,else\n1,2\n", "d.csv")
    dataset = load_dataset(task, tmp_path)
    assert all_rows(dataset) == [*range(1, 21), 21, 23, 24]
    report = check_data(task, tmp_path)
    assert report.files == ["a.csv", "b.csv", "c.parquet"]
    assert (report.rows, report.usable_rows) == (24, 23)
    told = {(problem.file, problem.code) for problem in report.problems}
    assert told == {("b.csv", "row_wrong_length"), ("d.csv", "columns_missing")}
    assert report.is_usable


def test_files_that_are_too_much_together_are_left_out(
    task, csv_file, tmp_path, monkeypatch, twenty_rows
) -> None:
    monkeypatch.setattr("disco_desktop.engine.dataset.source_table.LARGEST_CELLS", 100)
    csv_file(twenty_rows, "a.csv")
    csv_file(twenty_rows, "b.csv")
    assert all_rows(load_dataset(task, tmp_path)) == list(range(1, 21))
    (problem,) = check_data(task, tmp_path).problems
    assert (problem.code, problem.file, problem.severity) == ("table_too_large", "b.csv", "warning")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file_empty"),
        ("age,dose,ill\n", "no_rows"),
        ("age,dose\n1,2\n", "columns_missing"),
        ("age,dose,ill\nx,1,yes\n2,1,maybe\n3,1,\n", "no_usable_rows"),
        ("age,dose,ill\n1,1,yes\n1,1,yes\n", "rows_all_equal"),
        ("age,dose,ill\n1,1,yes\n2,1,yes\n3,1,yes\n", "one_outcome_only"),
    ],
)
def test_data_that_nothing_can_be_learnt_from_are_refused(task, csv_file, content, code) -> None:
    path = csv_file(content)
    error = failure(task, path)
    assert error.code == code
    report = check_data(task, path)
    assert not report.is_usable
    assert (report.problems[0].code, report.problems[0].severity) == (code, "error")
    assert error.arguments == report.problems[0].told()


def test_a_path_to_nothing_is_refused(task, tmp_path) -> None:
    assert failure(task, tmp_path / "nothing").code == "data_missing"


def test_data_to_test_on_are_prepared_as_those_of_the_training(task, csv_file, twenty_rows) -> None:
    dataset = load_dataset(task, csv_file(twenty_rows))
    samples = load_labelled(
        task,
        csv_file("age,dose,ill\n60,,yes\nx,1,no\n70,1,no\n", "test.csv"),
        dataset.preprocessing,
    ).samples
    assert samples.rows.tolist() == [1, 3]
    assert samples.targets.tolist() == [1.0, 0.0]
    assert samples.features[:, 0].tolist() == [1.0, 2.0]
    assert samples.features[0, 1] == 0.0


def test_one_row_of_one_outcome_is_enough_to_test_on(task, csv_file, twenty_rows) -> None:
    preprocessing = load_dataset(task, csv_file(twenty_rows)).preprocessing
    loaded = load_labelled(task, csv_file("age,dose,ill\n60,1,yes\n"), preprocessing)
    assert len(loaded.samples) == 1


def test_no_group_is_needed_to_test_or_predict(task_with, csv_file, twenty_rows) -> None:
    preprocessing = load_dataset(task_with(), csv_file(twenty_rows)).preprocessing
    grouped = task_with(group="patient")
    assert len(load_labelled(grouped, csv_file(twenty_rows), preprocessing).samples) == 20
    assert len(load_unlabelled(grouped, csv_file(twenty_rows), preprocessing).samples) == 20


def test_data_to_predict_need_no_outcome_and_ignore_one(task, csv_file, twenty_rows) -> None:
    preprocessing = load_dataset(task, csv_file(twenty_rows)).preprocessing
    text = "name,age,ill,dose\nAnn,60,maybe,1\nBob,x,,2\nCy\nDee,70,,\n"
    data = load_unlabelled(task, csv_file(text), preprocessing)
    assert data.samples.targets is None
    assert data.samples.rows.tolist() == [1, 4]
    assert data.table.columns == ["name", "age", "ill", "dose"]
    assert data.table["name"].to_list() == ["Ann", "Bob", "Dee"]
    assert data.table_rows.tolist() == [1, 2, 4]
    assert {problem.code for problem in data.problems} == {
        "row_wrong_length", "cell_not_number", "cells_filled_center",
    }  # fmt: skip


def test_predicting_several_files_keeps_the_columns_of_all(
    task, csv_file, tmp_path, twenty_rows
) -> None:
    preprocessing = load_dataset(task, csv_file(twenty_rows)).preprocessing
    folder = tmp_path / "new"
    folder.mkdir()
    csv_file("age,dose,x\n1,2,3\n", "new/a.csv")
    csv_file("y,dose,age\n4,5,6\n", "new/b.csv")
    data = load_unlabelled(task, folder, preprocessing)
    assert data.table.columns == ["age", "dose", "x", "y"]
    assert data.table.rows() == [("1", "2", "3", None), ("6", "5", None, "4")]
    assert data.samples.rows.tolist() == data.table_rows.tolist() == [1, 2]


def test_the_preprocessing_of_another_task_is_refused(task, task_with, csv_file, twenty_rows):
    path = csv_file(twenty_rows)
    preprocessing = load_dataset(task, path).preprocessing
    other = task_with(inputs=(NumericColumn(name="age"),))
    for load in (load_labelled, load_unlabelled):
        with pytest.raises(DataError, match="preprocessing_mismatch"):
            load(other, path, preprocessing)


def test_a_task_may_refuse_empty_cells(task_with, csv_file, twenty_rows) -> None:
    strict = (NumericColumn(name="age", missing="refuse"), NumericColumn(name="dose"))
    task = task_with(inputs=strict)
    path = csv_file(twenty_rows + ",1,no\nNA,2,yes\n")
    assert all_rows(load_dataset(task, path)) == list(range(1, 21))
    (problem,) = check_data(task, path).problems
    assert (problem.code, problem.rows) == ("cell_missing", [21, 22])


def test_the_report_can_be_sent_as_json(task, csv_file, twenty_rows) -> None:
    report = check_data(task, csv_file(twenty_rows + "x,1,no\n"))
    assert msgspec.json.decode(msgspec.json.encode(report), type=type(report)) == report
