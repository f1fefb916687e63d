"""Reading Excel workbooks."""

from __future__ import annotations

import zipfile

import polars as pl
import pytest
import xlsxwriter

from disco_desktop.engine.dataset.excel_file import read_excel
from disco_desktop.engine.dataset.refused_file import FileRefusedError

WANTED = ["age", "ill"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data.xlsx"


def test_a_table_that_polars_wrote(path) -> None:
    frame = pl.DataFrame({"ill": ["yes", "no"], "age": [3.5, None], "on": [True, False]})
    frame.write_excel(path)
    table = read_excel(path, WANTED, keep_all=True)
    assert table.frame.columns == ["ill", "age", "on"]
    assert table.frame.rows() == [("yes", "3.5", "true"), ("no", None, "false")]
    assert table.rows.tolist() == [1, 2]
    assert table.lines.tolist() == [2, 3]


def test_whole_numbers_have_no_decimals(path) -> None:
    pl.DataFrame({"age": [1.0, 2.0], "ill": [0, 1]}).write_excel(path)
    assert read_excel(path, WANTED, keep_all=False).frame.rows() == [("1", "0"), ("2", "1")]


def test_the_first_sheet_that_fits_is_read_wherever_its_table_begins(path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("notes").write(0, 0, "ask Dr. Who")
        workbook.add_worksheet("empty")
        sheet = workbook.add_worksheet("data")
        sheet.write_row(3, 2, ["ill", "age", "x"])
        sheet.write_row(4, 2, ["yes", 1, "=1+1"])
        sheet.write_row(6, 2, ["no", 2.5])
        sheet.write_formula(7, 2, "=1/0", None, "#DIV/0!")
        sheet.write(7, 3, 4)
    table = read_excel(path, WANTED, keep_all=False)
    assert table.frame.rows() == [("1", "yes"), ("2.5", "no"), ("4", None)]
    assert table.rows.tolist() == [1, 2, 3]
    assert table.lines.tolist() == [5, 7, 8]


def test_missing_columns_are_those_of_the_first_sheet(path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet().write_row(0, 0, ["age", "other"])
        workbook.add_worksheet().write_row(0, 0, ["nothing"])
    with pytest.raises(FileRefusedError) as refused:
        read_excel(path, WANTED, keep_all=False)
    assert refused.value.problem.arguments["columns"] == ["ill"]


def test_a_workbook_without_cells_is_empty(path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet()
    with pytest.raises(FileRefusedError) as refused:
        read_excel(path, WANTED, keep_all=False)
    assert refused.value.problem.code == "file_empty"


def test_header_only(path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet().write_row(0, 0, WANTED)
    assert read_excel(path, WANTED, keep_all=False).count == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"age,ill\n1,yes\n", "file_damaged"),
        (b"PK\x03\x04" + b"x" * 100, "file_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 1000, "file_damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(path, content, code) -> None:
    path.write_bytes(content)
    with pytest.raises(FileRefusedError) as refused:
        read_excel(path, WANTED, keep_all=False)
    assert refused.value.problem.code == code


def test_a_workbook_cut_short_is_refused(path) -> None:
    pl.DataFrame({"age": list(range(500)), "ill": ["yes"] * 500}).write_excel(path)
    content = path.read_bytes()
    for size in range(1, len(content), 997):
        path.write_bytes(content[:size])
        with pytest.raises(FileRefusedError) as refused:
            read_excel(path, WANTED, keep_all=False)
        assert refused.value.problem.code == "file_damaged"


def test_a_compression_bomb_is_refused_before_it_is_unpacked(path, monkeypatch) -> None:
    monkeypatch.setattr(
        "disco_desktop.engine.dataset.workbook_extent.LARGEST_UNPACKED_BYTES", 1 << 20
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (2 << 20))
    with pytest.raises(FileRefusedError) as refused:
        read_excel(path, WANTED, keep_all=False)
    assert refused.value.problem.code == "file_too_large"


@pytest.mark.parametrize("attribute", ['r="XFD1048576"', "r='xfd1048576'", 'x="" r = "XFD1048576"'])
def test_a_cell_far_away_is_refused_before_room_is_made_for_it(path, tmp_path, attribute) -> None:
    near = tmp_path / "near.xlsx"
    with xlsxwriter.Workbook(near) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, WANTED)
        sheet.write(1048575, 16383, 1)
    with zipfile.ZipFile(near) as given, zipfile.ZipFile(path, "w") as changed:
        for name in given.namelist():
            content = given.read(name).replace(b'<c r="XFD1048576"', b"<c " + attribute.encode())
            changed.writestr(name, content)
    with pytest.raises(FileRefusedError) as refused:
        read_excel(path, WANTED, keep_all=False)
    assert refused.value.problem.code == "sheet_too_large"
    assert refused.value.problem.arguments["columns"] == 16384


@pytest.mark.parametrize(("repeats", "is_read"), [(3, True), (100_000, False)])
def test_repeated_cells_of_an_open_document_are_counted(tmp_path, repeats, is_read) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    head = "".join(cell.format(name) for name in WANTED)
    row = cell.format(1) * 2 + cell.format(2).replace(
        "<table:table-cell", '<table:table-cell table:number-columns-repeated="200"', 1
    )
    path = tmp_path / "data.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x">'
            '<office:body><office:spreadsheet><table:table table:name="a">'
            f"<table:table-row>{head}</table:table-row>"
            f'<table:table-row table:number-rows-repeated="{repeats}">{row}</table:table-row>'
            '<table:table-row table:number-rows-repeated="1048000">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    if is_read:
        assert read_excel(path, WANTED, keep_all=False).count == repeats
        return
    with pytest.raises(FileRefusedError) as refused:
        read_excel(path, WANTED, keep_all=False)
    assert refused.value.problem.code == "sheet_too_large"
