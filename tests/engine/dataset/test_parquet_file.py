"""Reading Parquet."""

from __future__ import annotations

import datetime
from decimal import Decimal

import polars as pl
import pytest

from disco_desktop.engine.dataset.parquet_file import read_parquet
from disco_desktop.engine.dataset.refused_file import FileRefusedError


@pytest.fixture
def parquet(tmp_path):
    def write(frame: pl.DataFrame):
        path = tmp_path / "data.parquet"
        frame.write_parquet(path)
        return path

    return write


def test_columns_of_any_type_become_text(parquet) -> None:
    frame = pl.DataFrame(
        {
            "whole": [1, None],
            "real": [0.1, float("nan")],
            "truth": [True, False],
            "text": ["a", ""],
            "day": [datetime.date(2020, 1, 2), None],
            "exact": [Decimal("1.50"), None],
            "list": [[1], [2]],
            "bytes": [b"\xff", b"x"],
            "nothing": [None, None],
            "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
            "span": [datetime.timedelta(1), None],
        }
    )
    table = read_parquet(parquet(frame), ["real"], keep_all=True)
    assert table.frame.columns == frame.columns
    assert all(dtype == pl.String for dtype in table.frame.dtypes)
    first = table.frame.row(0, named=True)
    assert first["whole"] == "1"
    assert first["real"] == "0.1"
    assert first["truth"] == "true"
    assert first["day"] == "2020-01-02"
    assert first["list"] is None
    assert first["bytes"] is None
    assert first["kind"] == "a"
    assert table.frame["whole"].to_list() == ["1", None]
    assert table.rows.tolist() == [1, 2]
    assert table.lines is None


def test_numbers_survive_the_way_through_text(parquet) -> None:
    numbers = [0.1 + 0.2, 1e-300, 123456789.123456789, 2.0**53, -1 / 3]
    table = read_parquet(parquet(pl.DataFrame({"x": numbers})), ["x"], keep_all=False)
    assert [float(cell) for cell in table.frame["x"]] == numbers


def test_only_what_is_wanted_is_kept(parquet) -> None:
    path = parquet(pl.DataFrame({"a": [1], "b": [2], "c": [3]}))
    assert read_parquet(path, ["c", "a"], keep_all=False).frame.rows() == [("3", "1")]


def test_missing_columns_are_named(parquet) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read_parquet(parquet(pl.DataFrame({"b": [1]})), ["zzz"], keep_all=False)
    assert refused.value.problem.code == "columns_missing"


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1", b"a,b\n1,2\n"])
def test_damaged_files_are_refused(tmp_path, content) -> None:
    path = tmp_path / "data.parquet"
    path.write_bytes(content)
    with pytest.raises(FileRefusedError) as refused:
        read_parquet(path, ["a"], keep_all=False)
    assert refused.value.problem.code == "file_damaged"


def test_a_file_cut_short_is_refused(parquet) -> None:
    path = parquet(pl.DataFrame({"a": list(range(1000))}))
    content = path.read_bytes()
    for size in range(1, len(content), 97):
        path.write_bytes(content[:size])
        with pytest.raises(FileRefusedError) as refused:
            read_parquet(path, ["a"], keep_all=False)
        assert refused.value.problem.code == "file_damaged"


def test_a_name_with_stars_is_one_file_and_no_pattern(tmp_path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "[x]*.parquet")
    pl.DataFrame({"a": [2]}).write_parquet(tmp_path / "x1.parquet")
    table = read_parquet(tmp_path / "[x]*.parquet", ["a"], keep_all=False)
    assert table.frame.rows() == [("1",)]


def test_too_many_cells_are_refused_before_they_are_read(parquet, monkeypatch) -> None:
    monkeypatch.setattr("disco_desktop.engine.dataset.source_table.LARGEST_CELLS", 50)
    path = parquet(pl.DataFrame({"a": list(range(51))}))
    with pytest.raises(FileRefusedError) as refused:
        read_parquet(path, ["a"], keep_all=False)
    assert refused.value.problem.code == "table_too_large"
