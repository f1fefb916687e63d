"""The CSV of predictions: whole, and inert in a spreadsheet."""

from __future__ import annotations

import csv
import os

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.dataset.dataset import load_dataset, load_unlabelled
from disco_desktop.engine.dataset.predictions_csv import inert, write_predictions
from disco_desktop.engine.dataset.report import LeftOut
from disco_desktop.engine.dataset.samples import LoadedTable, Samples
from disco_desktop.engine.errors import StorageError


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        '=HYPERLINK("http://example.org","x")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\uff1d1+1",
        "\x00=1",
        "-",
        "-1-1",
        "+49 30 1234",
        "\tx",
    ],
)
def test_formulas_are_made_inert(cell) -> None:
    assert inert(pl.Series([cell])).to_list() == ["'" + cell]


@pytest.mark.parametrize(
    "cell", ["-5", "+3.5", "-1e-7", "-.5", "-1,5", "12", "x=1", "a-b", "", None, "O'Hara", "'x"]
)
def test_numbers_and_words_stay(cell) -> None:
    assert inert(pl.Series([cell], dtype=pl.String)).to_list() == [cell]


def data(table: dict[str, list[str | None]], rows: list[int]) -> LoadedTable:
    frame = pl.DataFrame(table, schema_overrides=dict.fromkeys(table, pl.String))
    return LoadedTable(
        samples=Samples(
            features=np.zeros((len(rows), 1), dtype=np.float32),
            targets=None,
            rows=np.array(rows, dtype=np.int64),
        ),
        table=frame,
        table_rows=np.arange(1, frame.height + 1),
        count=frame.height,
        problems=[],
        left_out=LeftOut(),
    )


def written(path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_predictions_stand_beside_their_rows(tmp_path) -> None:
    path = tmp_path / "out.csv"
    table = {"name": ["Ann", "=Bob", 'C "y", Jr.'], "age": ["-1", None, "3"]}
    columns = {"prediction": ["sick", "-ill"], "probability": [0.25, -1.5e-9]}
    write_predictions(path, data(table, [1, 3]), columns)
    assert written(path) == [
        ["name", "age", "prediction", "probability"],
        ["Ann", "-1", "sick", "0.25"],
        ["'=Bob", "", "", ""],
        ['C "y", Jr.', "3", "'-ill", "-1.5e-9"],
    ]
    assert os.listdir(tmp_path) == ["out.csv"]


def test_names_of_columns_are_inert_and_differ(tmp_path) -> None:
    path = tmp_path / "out.csv"
    write_predictions(path, data({"=x": ["1"], "prediction": ["2"]}, [1]), {"prediction": ["a"]})
    assert written(path) == [["'=x", "prediction", "prediction (3)"], ["1", "2", "a"]]


def test_a_table_without_rows_has_its_header(tmp_path) -> None:
    path = tmp_path / "out.csv"
    write_predictions(path, data({"x": []}, []), {"prediction": []})
    assert written(path) == [["x", "prediction"]]


def test_a_long_table_has_its_header_once(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("disco_desktop.engine.dataset.predictions_csv._ROWS_AT_ONCE", 3)
    path = tmp_path / "out.csv"
    names = [f"name {row}" for row in range(10)]
    write_predictions(path, data({"x": names}, []), {})
    assert written(path) == [["x"], *([name] for name in names)]


def test_from_a_file_to_a_file(task, csv_file, tmp_path, twenty_rows) -> None:
    preprocessing = load_dataset(task, csv_file(twenty_rows)).preprocessing
    path = csv_file('note;age;dose\n"=1+1";40;1\n@x;forty;1\n"a;b\nc";50;\n', "new.csv")
    unlabelled = load_unlabelled(task, path, preprocessing)
    write_predictions(tmp_path / "out.csv", unlabelled, {"ill": ["sick", "healthy"]})
    assert written(tmp_path / "out.csv") == [
        ["note", "age", "dose", "ill"],
        ["'=1+1", "40", "1", "sick"],
        ["'@x", "forty", "1", ""],
        ["a;b\nc", "50", "", "healthy"],
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=20))
def test_whatever_a_cell_holds_it_comes_back_and_never_runs(tmp_path_factory, cells) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    write_predictions(path, data({"x": cells, "y": ["."] * len(cells)}, []), {})
    rows = written(path)[1:]
    assert [row[0] for row in rows] == inert(pl.Series(cells, dtype=pl.String)).to_list()
    for cell in cells:
        if cell.strip()[:1] in tuple("=@"):
            assert inert(pl.Series([cell]))[0].startswith("'")


@pytest.mark.parametrize("place", ["absent/out.csv", "folder", "x" * 300])
def test_a_place_that_cannot_be_written_is_told(tmp_path, place) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError) as raised:
        write_predictions(tmp_path / place, data({"x": ["1"]}, []), {})
    assert raised.value.code == "predictions_not_written"
    assert raised.value.arguments["reason"]
    assert os.listdir(tmp_path) == ["folder"]
