"""Reading CSV as people have it."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disco_desktop.engine.dataset import csv_file as csv_module
from disco_desktop.engine.dataset.csv_file import read_csv
from disco_desktop.engine.dataset.csv_lines import LONGEST_LINE
from disco_desktop.engine.dataset.csv_plain import read_plain
from disco_desktop.engine.dataset.refused_file import FileRefusedError

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.dataset.source_table import SourceTable

WANTED = ["age", "ill"]


@pytest.fixture
def read(csv_file):
    def reading(content: str | bytes, *, keep_all: bool = False) -> SourceTable:
        return read_csv(csv_file(content), WANTED, keep_all=keep_all)

    return reading


def cells(table: SourceTable) -> list[tuple[str, ...]]:
    return table.frame.rows()


def only_problem(table: SourceTable) -> Problem:
    (problem,) = table.problems
    return problem


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_usual_ways_of_writing_give_the_same_table(read, delimiter, end, encoding) -> None:
    rows = [["ill", "Größe", "age"], ["yes", "é", "3"], ["no", "", "4"]]
    text = end.join(delimiter.join(row) for row in rows)
    table = read(text.encode(encoding))
    assert table.frame.columns == WANTED
    assert cells(table) == [("3", "yes"), ("4", "no")]
    assert table.rows.tolist() == [1, 2]
    assert table.lines.tolist() == [2, 3]
    assert table.problems == []


def test_excel_may_name_the_separator_in_a_first_line(read) -> None:
    table = read("sep=;\r\nage;ill\r\n1;yes\r\n")
    assert cells(table) == [("1", "yes")]
    assert table.lines.tolist() == [3]


def test_a_comma_within_quoted_names_does_not_hide_the_semicolons(read) -> None:
    assert cells(read('"age";"a,b,c,d,e";"ill"\n1;2;yes\n')) == [("1", "yes")]


def test_all_columns_are_kept_where_they_are_asked_for(read) -> None:
    table = read("x,age,x,,ill\n1,2,3,4,yes\n", keep_all=True)
    assert table.frame.columns == ["x", "age", "x (3)", "column (4)", "ill"]
    assert cells(table) == [("1", "2", "3", "4", "yes")]


def test_made_up_names_never_take_a_wanted_one_away(csv_file) -> None:
    path = csv_file(",column (1)\n7,8\n")
    table = read_csv(path, ["column (1)"], keep_all=True)
    assert table.frame["column (1)"].to_list() == ["8"]


def test_lines_are_those_of_the_file_even_with_line_ends_in_cells(read) -> None:
    table = read('age,note,ill\n1,"two\nlines",yes\n2,"and\r\nthree\n",no\n3,x,yes\n')
    assert table.rows.tolist() == [1, 2, 3]
    assert table.lines.tolist() == [2, 4, 7]


def test_blank_rows_are_no_rows_but_count_as_lines(read) -> None:
    table = read("\n\nage,ill\n\n1,yes\n,\n2,no\n\n")
    assert cells(table) == [("1", "yes"), ("2", "no")]
    assert table.rows.tolist() == [1, 2]
    assert table.lines.tolist() == [5, 7]
    assert table.count == 2


def test_rows_of_a_wrong_length_are_left_out_and_named(read) -> None:
    table = read("age,note,ill\n1,,yes\n2,no\n3,,no,4\n5,,no\n")
    assert cells(table) == [("1", "yes"), ("5", "no")]
    assert table.rows.tolist() == [1, 4]
    problem = only_problem(table)
    assert problem.code == "row_wrong_length"
    assert (problem.rows, problem.lines, problem.count) == ([2, 3], [3, 4], 2)
    assert problem.file == "data.csv"
    assert table.count == 4


def test_empty_cells_too_many_or_without_a_name_do_no_harm(read) -> None:
    table = read("age,ill,,\n1,yes,,,,\n2,no\n")
    assert cells(table) == [("1", "yes"), ("2", "no")]
    assert table.problems == []


@pytest.mark.parametrize("name", ['"Kelly, Mr. James', '"Annie" Kelly', '"a" "b"'])
def test_a_wrong_quote_costs_its_own_row_only(read, name) -> None:
    good = "".join(f'{age},"Smith, Mr. ""Bob""",yes\n' for age in range(300))
    table = read(f"age,name,ill\n1,x,no\n2,{name},no\n{good}")
    assert table.frame.height == 301
    problem = only_problem(table)
    assert (problem.code, problem.rows, problem.lines) == ("row_broken", [2], [3])


def test_a_quote_open_until_the_end_costs_its_own_row_only(read) -> None:
    table = read('age,ill\n1,yes\n"2,no\n3,no\n4,yes')
    assert cells(table) == [("1", "yes"), ("3", "no"), ("4", "yes")]
    assert only_problem(table).lines == [3]
    assert table.rows.tolist() == [1, 3, 4]


def test_zero_bytes_cost_their_row_only(read) -> None:
    table = read(b"age,ill\n1,yes\n2\0,no\n3,no\n")
    assert cells(table) == [("1", "yes"), ("3", "no")]
    problem = only_problem(table)
    assert (problem.code, problem.lines) == ("row_with_zero_bytes", [3])


def test_an_endless_line_costs_its_row_only(read) -> None:
    table = read("age,ill\n1,yes\n" + "2" * (3 * LONGEST_LINE) + ",no\n3,no\n")
    assert cells(table) == [("1", "yes"), ("3", "no")]
    problem = only_problem(table)
    assert (problem.code, problem.lines) == ("row_too_long", [3])


def test_a_huge_cell_costs_its_row_only(read) -> None:
    table = read("age,note,ill\n1,,yes\n2," + "x" * 200_000 + ",no\n3,,no\n")
    assert cells(table) == [("1", "yes"), ("3", "no")]
    assert only_problem(table).lines == [3]


def test_the_first_broken_rows_are_named_and_all_are_counted(read) -> None:
    table = read("age,ill\n1,yes\n" + "broken\n" * 50)
    problem = only_problem(table)
    assert problem.count == 50
    assert problem.lines == list(range(3, 23))


def test_old_encodings_are_read_and_told(read) -> None:
    table = read("age,name,ill\n1,Zoë,yes\n2,Müller,no\n".encode("cp1252"), keep_all=True)
    assert table.frame["name"].to_list() == ["Zoë", "Müller"]
    problem = only_problem(table)
    assert (problem.code, problem.count, problem.lines) == ("file_old_encoding", 2, [2, 3])


def test_a_file_of_two_encodings_keeps_the_letters_of_both(read) -> None:
    content = b"age,name,ill\n1," + "Zoë".encode() + b",yes\n2," + "Zoë".encode("cp1252") + b",no\n"
    table = read(content, keep_all=True)
    assert table.frame["name"].to_list() == ["Zoë", "Zoë"]
    assert only_problem(table).lines == [3]


def test_the_header_alone_is_a_table_without_rows(read) -> None:
    table = read("age,ill\n")
    assert table.frame.columns == WANTED
    assert table.frame.height == table.count == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf", "file_empty"),
        (b"\n \n\r\n", "file_empty"),
        (b"sep=;\n", "file_empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "columns_missing"),
        (b"age\0,ill\n1,yes\n", "file_not_text"),
        (b"\0" * 1000, "file_not_text"),
        (b"x" * (LONGEST_LINE + 1), "file_not_text"),
        (b"\xff\xfea\x00g", "file_not_text"),
        (b"\xff\xfe\x00", "file_not_text"),
        (b"age,name\n1,2\n", "columns_missing"),
        (b"age,ill,age\n1,yes,2\n", "column_twice"),
    ],
)
def test_what_is_no_table_is_refused(csv_file, content, code) -> None:
    path = csv_file(content)
    with pytest.raises(FileRefusedError) as refused:
        read_csv(path, WANTED, keep_all=False)
    assert refused.value.problem.code == code
    assert refused.value.problem.severity == "error"


def test_a_repeated_column_that_nobody_needs_does_no_harm(read) -> None:
    assert cells(read("x,age,x,ill\n1,2,3,yes\n")) == [("2", "yes")]


def test_a_missing_column_is_named_with_those_that_look_like_it(csv_file) -> None:
    path = csv_file("Age,other,illness\n1,2,3\n")
    with pytest.raises(FileRefusedError) as refused:
        read_csv(path, WANTED, keep_all=False)
    problem = refused.value.problem
    assert problem.code == "columns_missing_but_similar"
    assert problem.arguments["columns"] == ["age", "ill"]
    assert problem.arguments["similar"][0] == "Age"


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda rest: b"\xff\xfe" + rest))
def test_no_bytes_make_reading_fail_otherwise(tmp_path_factory, content) -> None:
    path = Path(tmp_path_factory.getbasetemp()) / "any.csv"
    path.write_bytes(content)
    with contextlib.suppress(FileRefusedError):
        table = read_csv(path, WANTED, keep_all=True)
        assert set(WANTED) <= set(table.frame.columns)


@given(st.text(alphabet='ab,;"\n\r\t\0é ', max_size=200))
def test_whatever_follows_a_good_header_every_line_is_read_or_told(tmp_path_factory, text) -> None:
    path = Path(tmp_path_factory.getbasetemp()) / "lines.csv"
    path.write_bytes(("age,ill\n" + text).encode())
    table = read_csv(path, WANTED, keep_all=False)
    told = sum(problem.count for problem in table.problems if problem.code.startswith("row_"))
    assert table.frame.height + told == table.count
    assert len(set(table.rows.tolist())) == len(table.rows)
    assert table.lines.tolist() == sorted(table.lines.tolist())


def test_more_rows_than_are_gathered_at_once_stay_in_order(csv_file, monkeypatch) -> None:
    monkeypatch.setattr("disco_desktop.engine.dataset.csv_file._CELLS_AT_ONCE", 7)
    path = csv_file("age,ill\n" + "".join(f"{age},yes\n" for age in range(100)))
    table = read_csv(path, WANTED, keep_all=False)
    assert table.frame["age"].to_list() == [str(age) for age in range(100)]


@pytest.mark.parametrize("rows", [30, 40, 10_000])
def test_a_table_beyond_what_memory_holds_is_refused(csv_file, monkeypatch, rows) -> None:
    monkeypatch.setattr("disco_desktop.engine.dataset.csv_file._CELLS_AT_ONCE", 10)
    monkeypatch.setattr("disco_desktop.engine.dataset.source_table.LARGEST_CELLS", 50)
    path = csv_file("age,ill\n" + "1,yes\n" * rows)
    with pytest.raises(FileRefusedError) as refused:
        read_csv(path, WANTED, keep_all=False)
    assert refused.value.problem.code == "table_too_large"


def test_a_file_without_an_end_of_broken_rows_is_given_up(csv_file, monkeypatch) -> None:
    monkeypatch.setattr("disco_desktop.engine.dataset.csv_records.MOST_BROKEN", 10)
    good = csv_file("age,ill\n" + "broken\n" * 10 + "1,yes\n", "good.csv")
    assert read_csv(good, WANTED, keep_all=False).frame.height == 1
    bad = csv_file("age,ill\n1,yes\n" + "broken\n" * 11)
    with pytest.raises(FileRefusedError) as refused:
        read_csv(bad, WANTED, keep_all=False)
    assert refused.value.problem.code == "file_mostly_broken"


def test_quotes_everywhere_do_not_make_reading_slow(csv_file) -> None:
    # Each line opens a quote that the next one shows to be wrong: none may be read for ever.
    text = "".join(f'{random.Random(line).random()},"x\n' for line in range(20_000))
    table = read_csv(csv_file("age,ill\n" + text), WANTED, keep_all=False)
    assert only_problem(table).count == 20_000


PIECES = st.sampled_from(
    ["a", "1", " ", "é", ",", ",", ";", "\t", '"', '""', "\n", "\n", "\r\n", "\r", "\0", "\ufeff",
     "\n1,2,3", '\n"x",,"y""z"', "\n,,", '\n"","",""', "\r\n4,5,6", "sep=;", "#", "\u2028", "\n\n"]
)  # fmt: skip
FILES = st.tuples(
    st.sampled_from(["", "\ufeff", "\n", "sep=,\n"]),
    st.sampled_from(["age,x,ill", "age;x;ill", '"age","x","ill"', "ill\tage", "age,ill\r"]),
    st.lists(PIECES, max_size=12).map("".join),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)


@settings(max_examples=1500, deadline=None)
@given(FILES)
@pytest.mark.slow
def test_polars_and_our_reader_give_the_same(tmp_path_factory, parts) -> None:
    start, header, rest, encoding = parts
    path = tmp_path_factory.getbasetemp() / "both.csv"
    path.write_bytes((start + header + rest).encode(encoding, "replace"))
    read = []
    for is_ours in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if is_ours:
                patch.setattr(csv_module, "read_plain", lambda *_, **__: None)
            try:
                table = read_csv(path, WANTED, keep_all=True)
            except FileRefusedError as refused:
                read.append(refused.problem)
            else:
                read.append((
                    table.frame.to_dict(as_series=False), table.rows.tolist(),
                    table.lines.tolist(), table.count, table.problems,
                ))  # fmt: skip
    assert read[0] == read[1]


@pytest.mark.parametrize(
    ("content", "is_plain"),
    [
        ("1,2,3\n4,5,6\n", True),
        ('"1","a, ""b""",3\r\n4,,6', True),
        ("1,2,3\n\n4,5,6\n", False),
        ("1,2\n", False),
        ('"1\n",2,3\n', False),
        ("1,2,3\r4,5,6\r", False),
        ('1,a"b,3\n', False),
    ],
)
def test_polars_reads_what_leaves_no_choice(csv_file, content, is_plain) -> None:
    path = csv_file("age,x,ill\n" + content)
    assert (read_plain(path, skipped=1, delimiter=",", width=3) is not None) == is_plain
