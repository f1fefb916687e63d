"""The records of a CSV file, numbered, with the broken ones set apart."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from disco_desktop.engine.dataset.csv_lines import BadLineError, CsvLines
from disco_desktop.engine.dataset.header import tidy
from disco_desktop.engine.dataset.refused_file import refuse
from disco_desktop.engine.dataset.report import MENTIONED_ROWS, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_BROKEN = 1_000_000


class Record(NamedTuple):
    """The cells of one row, its number from one, and the line where it begins."""

    cells: list[str]
    row: int
    line: int


@dataclass
class _Broken:
    """Rows that share a fault."""

    count: int = 0
    rows: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(self, row: int, line: int) -> None:
        self.count += 1
        if len(self.rows) < MENTIONED_ROWS:
            self.rows.append(row)
            self.lines.append(line)


class CsvRecords:
    """Reads a header and then record after record; what is broken costs no other row.

    Attributes:
        names: the header.
        delimiter: between cells.
        count: records so far that hold anything, broken ones included.
    """

    def __init__(self, file: str, lines: CsvLines, delimiter: str, wanted: Sequence[str]) -> None:
        """Read the header.

        Raises:
            StopIteration: nothing is left.
            csv.Error, BadLineError: the header is broken.
        """
        self._file = file
        self.delimiter = delimiter
        self._lines = lines
        self._reader: Iterator[list[str]] = csv.reader(lines, delimiter=delimiter, strict=True)
        lines.begin_record()
        self.names = tidy(next(self._reader), wanted)
        self.count = 0
        self._broken: dict[str, _Broken] = {}

    def __iter__(self) -> Iterator[Record]:
        """Read the records that are whole, each with as many cells as the header has.

        Raises:
            FileRefusedError: there is no end of broken ones.
        """
        width = len(self.names)
        named = max(number for number, name in enumerate(self.names, start=1) if name)
        while True:
            self._lines.begin_record()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                self._set_apart("row_broken")
                self._lines.abandon_record()
                continue
            except BadLineError as error:
                self._set_apart(error.fault)
                self._lines.abandon_record()
                continue
            if not any(cells):
                continue
            if len(cells) != width and not _fit(cells, named, width):
                self._set_apart("row_wrong_length")
                continue
            self.count += 1
            yield Record(cells, self.count, self._lines.first_line)

    def _set_apart(self, fault: str) -> None:
        self.count += 1
        broken = self._broken.setdefault(fault, _Broken())
        broken.add(self.count, self._lines.first_line)
        if broken.count > MOST_BROKEN:
            raise refuse("file_mostly_broken", self._file, most=MOST_BROKEN)

    def problems(self) -> list[Problem]:
        """Return what was set apart, one problem a fault."""
        return [
            Problem(
                code=fault,
                severity="warning",
                file=self._file,
                rows=broken.rows,
                lines=broken.lines,
                count=broken.count,
                arguments={"cells": len(self.names)},
            )
            for fault, broken in self._broken.items()
        ]


def _fit(cells: list[str], named: int, width: int) -> bool:
    """Bring a row to its width where only cells are concerned that say nothing."""
    if len(cells) > width:
        if any(cells[width:]):
            return False
        del cells[width:]
    elif len(cells) >= named:
        cells += [""] * (width - len(cells))
    return len(cells) == width
