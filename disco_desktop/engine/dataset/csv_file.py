"""CSV as people have it: any usual separator, any line end, and rows that are broken."""

from __future__ import annotations

import csv
import re
from array import array
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from disco_desktop.engine.dataset.csv_lines import BadLineError, CsvLines
from disco_desktop.engine.dataset.csv_plain import PlainRows, read_plain
from disco_desktop.engine.dataset.csv_records import CsvRecords
from disco_desktop.engine.dataset.excerpt import file_name
from disco_desktop.engine.dataset.header import distinct, locate, tidy
from disco_desktop.engine.dataset.refused_file import refuse
from disco_desktop.engine.dataset.report import Problem
from disco_desktop.engine.dataset.source_table import SourceTable, check_size
from disco_desktop.engine.dataset.watcher import NOBODY, ROWS_BETWEEN, Watcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_DELIMITERS = ",;\t|"
_CELLS_AT_ONCE = 1_000_000
_EXCEL_HINT = re.compile(r"sep=([,;\t|])[\r\n]*", re.IGNORECASE)


def read_csv(
    path: Path, wanted: Sequence[str], *, keep_all: bool, watcher: Watcher = NOBODY
) -> SourceTable:
    """Read the wanted columns of a CSV file, or all of them.

    Rows that cannot be read are left out and told as problems with their lines.

    Raises:
        FileRefusedError: it is empty or no text, lacks a wanted column, or is too large.
        OSError: it cannot be read.
    """
    try:
        return _read(path, wanted, keep_all=keep_all, watcher=watcher)
    except UnicodeError as error:  # in UTF-16 alone; in UTF-8 a wrong byte never raises
        raise refuse("file_not_text", file_name(path)) from error


def _read(path: Path, wanted: Sequence[str], *, keep_all: bool, watcher: Watcher) -> SourceTable:
    name, encoding = file_name(path), _encoding(path)
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        lines = CsvLines(file)
        records = _open_records(name, lines, wanted)
        places = locate(name, records.names, wanted)
        if keep_all:
            places = list(range(len(records.names)))
        names = distinct(records.names)
        if encoding != "utf-16":
            plain = read_plain(
                path,
                skipped=lines.lines_read,
                delimiter=records.delimiter,
                width=len(names),
            )
            if plain is not None:
                watcher.rows_read(plain.frame.height)
                return _of_plain(name, plain, {names[place]: place for place in places})
        gathering = _Gathering(name, {names[place]: place for place in places})
        gathering.run(records, lines, path.stat().st_size, watcher)
    return SourceTable(
        file=name,
        frame=pl.concat(gathering.frames),
        rows=np.array(gathering.rows, dtype=np.int64),
        lines=np.array(gathering.lines, dtype=np.int64),
        count=records.count,
        problems=_old_encoding(name, lines) + records.problems(),
    )


def _of_plain(file: str, plain: PlainRows, places: dict[str, int]) -> SourceTable:
    frame = plain.frame.select(pl.col(str(place)).alias(name) for name, place in places.items())
    count = frame.height
    check_size(file, count * frame.width)
    rows = np.arange(1, count + 1, dtype=np.int64)
    return SourceTable(file=file, frame=frame, rows=rows, lines=plain.lines, count=count)


def _encoding(path: Path) -> str:
    """Tell how the file is encoded; Excel's "Unicode text" is UTF-16 with a byte order mark."""
    with path.open("rb") as file:
        start = file.read(2)
    return "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _open_records(file: str, lines: CsvLines, wanted: Sequence[str]) -> CsvRecords:
    """Find out the delimiter and read the header."""
    try:
        records = CsvRecords(file, lines, _delimiter(lines, wanted), wanted)
    except StopIteration:
        raise refuse("file_empty", file) from None
    except (csv.Error, BadLineError, UnicodeError):
        raise refuse("file_not_text", file) from None
    return records


def _delimiter(lines: CsvLines, wanted: Sequence[str]) -> str:
    """Return the delimiter of the first line that holds anything; the line is read again."""
    line = next(lines)
    while not line.strip():
        line = next(lines)
    hint = _EXCEL_HINT.fullmatch(line)
    if hint:
        return hint[1]
    lines.return_last()
    return max(_DELIMITERS, key=lambda delimiter: _fitness(line, delimiter, wanted))


def _fitness(line: str, delimiter: str, wanted: Sequence[str]) -> tuple[int, int]:
    """Tell how well a delimiter cuts the header: wanted names, then cells."""
    names = tidy(next(csv.reader([line], delimiter=delimiter)), wanted)
    return len(set(names).intersection(wanted)), len(names)


class _Gathering:
    """Gathers cells column by column, in pieces, since Python's strings take much memory."""

    def __init__(self, file: str, places: dict[str, int]) -> None:
        self._file = file
        self._places = places
        self.frames = [pl.DataFrame(schema=dict.fromkeys(places, pl.String))]
        self.rows = array("q")
        self.lines = array("q")

    def run(self, records: CsvRecords, lines: CsvLines, size: int, watcher: Watcher) -> None:
        """Take in all records of a file of `size` bytes."""
        piece: list[list[str]] = []
        largest_piece = max(1, _CELLS_AT_ONCE // len(records.names))
        for cells, row, line in records:
            piece.append(cells)
            self.rows.append(row)
            self.lines.append(line)
            if row % ROWS_BETWEEN == 0:
                watcher.rows_read(row)
            if len(piece) == largest_piece:
                self._check_size(size / lines.position)
                self._take(piece)
                piece.clear()
        if piece:
            self._take(piece)

    def _check_size(self, remaining: float) -> None:
        """Refuse a far too large file at its first piece, before minutes go by."""
        rows = len(self.rows)
        check_size(self._file, int(max(rows, rows * remaining / 2)) * len(self._places))

    def _take(self, piece: list[list[str]]) -> None:
        columns = list(zip(*piece, strict=True))
        series = [pl.Series(name, columns[at], pl.String) for name, at in self._places.items()]
        self.frames.append(pl.DataFrame(series))


def _old_encoding(file: str, lines: CsvLines) -> list[Problem]:
    if not lines.old_encoded:
        return []
    return [
        Problem(
            code="file_old_encoding",
            severity="warning",
            file=file,
            lines=lines.old_encoded_lines,
            count=lines.old_encoded,
        )
    ]
