"""Excel workbooks: the first sheet that has the columns a task needs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import fastexcel
import numpy as np
import polars as pl

from disco_desktop.engine.dataset.excerpt import file_name
from disco_desktop.engine.dataset.header import distinct, locate, tidy
from disco_desktop.engine.dataset.refused_file import FileRefusedError, refuse
from disco_desktop.engine.dataset.source_table import SourceTable, check_size
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher
from disco_desktop.engine.dataset.workbook_extent import check_extent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

_MOST_SHEETS = 100


def read_excel(
    path: Path, wanted: Sequence[str], *, keep_all: bool, watcher: Watcher = NOBODY
) -> SourceTable:
    """Read the wanted columns of a workbook's first fitting sheet, or all of its columns.

    Raises:
        FileRefusedError: it is damaged or locked with a password, no sheet has the wanted
            columns, or it is too large.
        OSError: it cannot be read.
    """
    check_extent(path)
    with _refusing_damaged(file_name(path)):
        workbook = fastexcel.read_excel(path)
        sheets = workbook.sheet_names[:_MOST_SHEETS]
    first_refusal = None
    for sheet in sheets:
        try:
            table = _read_sheet(file_name(path), workbook, sheet, wanted, keep_all=keep_all)
            watcher.rows_read(table.count)
            return table
        except FileRefusedError as refusal:
            first_refusal = first_refusal or refusal
    raise first_refusal or refuse("file_empty", file_name(path))


def _read_sheet(
    file: str,
    workbook: fastexcel.ExcelReader,
    sheet: str,
    wanted: Sequence[str],
    *,
    keep_all: bool,
) -> SourceTable:
    cells = _load(file, workbook, sheet)
    filled = np.flatnonzero(_is_filled(cells))
    if len(filled) == 0:
        raise refuse("file_empty", file)
    first, below = filled[0], filled[1:]
    header = tidy([name or "" for name in cells.row(first)], wanted)
    places = locate(file, header, wanted)
    if keep_all:
        places = list(range(len(header)))
    check_size(file, cells.height * len(places))
    names = distinct(header)
    columns = [cells.to_series(place).gather(below).alias(names[place]) for place in places]
    return SourceTable(
        file=file,
        frame=pl.DataFrame(columns),
        rows=np.arange(1, len(below) + 1, dtype=np.int64),
        lines=below.astype(np.int64) + 1,
        count=len(below),
    )


def _is_filled(cells: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell for each row of a sheet whether it holds anything."""
    if cells.width == 0:
        return np.zeros(0, dtype=np.bool_)
    return cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series().to_numpy()


def _load(file: str, workbook: fastexcel.ExcelReader, sheet: str) -> pl.DataFrame:
    """Load all cells of a sheet as text, its first row included."""
    with _refusing_damaged(file):
        return workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()


@contextmanager
def _refusing_damaged(file: str) -> Iterator[None]:
    """Refuse a file where a library fails or panics; each library has a panic of its own."""
    try:
        yield
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise refuse("file_damaged", file) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise refuse("file_damaged", file) from error
