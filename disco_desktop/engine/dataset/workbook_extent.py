"""How much a workbook would unpack to, found out before anything of it is unpacked in memory.

The library that reads workbooks makes room for every cell up to the last filled one. One cell in
the last corner of a sheet asks for 17 thousand million, and the process ends without a word.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from disco_desktop.engine.dataset.excerpt import file_name
from disco_desktop.engine.dataset.refused_file import FileRefusedError, refuse

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_WORKBOOK_BYTES = 512 << 20
LARGEST_UNPACKED_BYTES = 1 << 30
LARGEST_SHEET_CELLS = 10_000_000  # empty ones included; 0.6 GB where they are short numbers
_AT_ONCE = 1 << 18  # bytes of a sheet
_SHEET = re.compile(r"/?(xl/.*\.xml|content\.xml)", re.IGNORECASE)
_BINARY_SHEET = re.compile(r"/?xl/.*sheet.*\.bin", re.IGNORECASE)
_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


def check_extent(path: Path) -> None:
    """Refuse a workbook that is empty, or would take more memory than an ordinary machine has.

    Raises:
        FileRefusedError: it is so, or its parts are damaged.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size == 0:
            raise refuse("file_empty", file_name(path))
        if size > LARGEST_WORKBOOK_BYTES:
            raise _too_large(path, LARGEST_WORKBOOK_BYTES)
        if not zipfile.is_zipfile(file):
            return  # the older format is not packed, and has 65,536 rows of 256 cells at most
        try:
            with zipfile.ZipFile(file) as archive:
                _check_parts(path, archive)
        except (
            zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, RuntimeError,
            expat.ExpatError, zlib.error,
        ) as error:  # fmt: skip
            raise refuse("file_damaged", file_name(path)) from error


def _check_parts(path: Path, archive: zipfile.ZipFile) -> None:
    if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED_BYTES:
        raise _too_large(path, LARGEST_UNPACKED_BYTES)
    for part in archive.infolist():
        extent = _Extent(file_name(path))
        if _SHEET.fullmatch(part.filename):
            with archive.open(part) as content:
                extent.read_xml(content)
        elif _BINARY_SHEET.fullmatch(part.filename):
            with archive.open(part) as content:
                extent.read_binary(content)


def _too_large(path: Path, largest: int) -> FileRefusedError:
    return refuse("file_too_large", file_name(path), largest_mib=largest >> 20)


class _Extent:
    """Follows the cells of a sheet, and refuses it as soon as they take too much room."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._row = self._column = 0  # of the cell that was last, from one
        self._rows = self._columns = self._cells = 0
        self._row_repeats = self._column_repeats = 1

    def read_xml(self, content: IO[bytes]) -> None:
        """Follow a sheet of Excel's, or all sheets of an OpenDocument file."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        while piece := content.read(_AT_ONCE):
            parser.Parse(piece)
        parser.Parse(b"", True)

    def read_binary(self, content: IO[bytes]) -> None:
        """Follow a sheet of an .xlsb file: records of a kind, a size, and as many bytes."""
        while kind := content.read(1):
            if kind[0] & 0x80:
                kind += content.read(1)
            size = shift = 0
            while shift < 28 and (byte := content.read(1)):
                size |= (byte[0] & 0x7F) << shift
                shift += 7
                if not byte[0] & 0x80:
                    break
            start = content.read(min(size, 4))
            number = int.from_bytes(start, "little")
            if kind == b"\0":  # BrtRowHdr
                self._row = number + 1
            elif len(kind) == 1 and kind[0] <= 11:  # a cell of any kind
                self._note(self._row, number + 1, 1)
            size -= len(start)
            while size > 0 and (skipped := len(content.read(min(size, _AT_ONCE)))):
                size -= skipped

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
            case "c":
                self._begin_cell(attributes.get("r"))
            case "table":
                self._row, self._row_repeats = 0, 1
            case "table-row":
                self._row += self._row_repeats
                self._row_repeats = int(attributes.get("table:number-rows-repeated", 1))
                self._column, self._column_repeats = 0, 1
                if self._row_repeats < 1:
                    raise ValueError("a row that is there less than once")
            case "table-cell" | "covered-table-cell":
                self._begin_repeated_cell(attributes)
            case "p" if self._column:  # a cell with text and without a type
                self._note_repeated()

    def _begin_cell(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
        else:
            found = _CELL.fullmatch(reference)
            if found is None:
                raise ValueError("a cell without a place")
            self._column = 0
            for letter in found[1].upper():
                self._column = self._column * 26 + ord(letter) - 64
            self._row = int(found[2])
        self._note(self._row, self._column, 1)

    def _begin_repeated_cell(self, attributes: dict[str, str]) -> None:
        self._column_repeats = int(attributes.get("table:number-columns-repeated", 1))
        if self._column_repeats < 1:
            raise ValueError("a cell that is there less than once")
        self._column += self._column_repeats
        if "office:value-type" in attributes or "table:formula" in attributes:
            self._note_repeated()

    def _note_repeated(self) -> None:
        last = self._row + self._row_repeats
        self._note(last, self._column, self._row_repeats * self._column_repeats)

    def _note(self, row: int, column: int, cells: int) -> None:
        """Take in filled cells up to a place."""
        self._cells += cells
        if row > self._rows or column > self._columns or self._cells > LARGEST_SHEET_CELLS:
            self._rows, self._columns = max(self._rows, row), max(self._columns, column)
            if max(self._rows * self._columns, self._cells) > LARGEST_SHEET_CELLS:
                raise refuse(
                    "sheet_too_large",
                    self._file,
                    rows=self._rows,
                    columns=self._columns,
                    largest=LARGEST_SHEET_CELLS,
                )
