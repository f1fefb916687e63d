"""Which files a path stands for: itself, or the tables in a folder."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.csv_file import read_csv
from disco_desktop.engine.dataset.excel_file import read_excel
from disco_desktop.engine.dataset.excerpt import file_name
from disco_desktop.engine.dataset.parquet_file import read_parquet
from disco_desktop.engine.dataset.refused_file import refuse
from disco_desktop.engine.dataset.source_table import LARGEST_FILE_BYTES, SourceTable
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LARGEST_FOLDER = 10_000

_READERS = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
    ".xlsx": read_excel,
    ".xlsm": read_excel,
    ".xls": read_excel,
    ".xlsb": read_excel,
    ".ods": read_excel,
}
# Texts lie about in folders too; one is read as a table only where it is asked for by name.
_READERS_BY_NAME = {**_READERS, ".txt": read_csv}


def find_files(path: Path) -> list[Path]:
    """Return the files that a path stands for, in the order of their names.

    Raises:
        FileRefusedError: there is nothing, or nothing that could be a table.
    """
    name = file_name(path)
    try:
        if path.is_dir():
            return _tables_in(path)
        if not path.exists():
            raise refuse("data_missing", name)
        if not path.is_file():
            raise refuse("file_not_regular", name)
    except (OSError, ValueError) as error:
        raise refuse("data_unreadable", name, reason=_reason(error)) from error
    if path.suffix.lower() not in _READERS_BY_NAME:
        raise refuse("file_of_other_kind", name)
    return [path]


def _tables_in(folder: Path) -> list[Path]:
    entries = sorted(islice(folder.iterdir(), LARGEST_FOLDER + 1))
    if len(entries) > LARGEST_FOLDER:
        raise refuse("folder_too_large", file_name(folder), largest=LARGEST_FOLDER)
    files = [
        entry
        for entry in entries
        # Hidden files, and those with which Excel marks a workbook as open, are nobody's data.
        if not entry.name.startswith((".", "~$"))
        and entry.suffix.lower() in _READERS
        and entry.is_file()
    ]
    if not files:
        raise refuse("folder_without_tables", file_name(folder))
    return files


def read_file(
    path: Path, wanted: Sequence[str], *, keep_all: bool, watcher: Watcher = NOBODY
) -> SourceTable:
    """Read one file of any kind that is known.

    Raises:
        FileRefusedError: it cannot be used, for whatever reason.
    """
    reader = _READERS_BY_NAME[path.suffix.lower()]
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise refuse("file_too_large", file_name(path), largest_mib=LARGEST_FILE_BYTES >> 20)
        watcher.file_begun(file_name(path))
        return reader(path, wanted, keep_all=keep_all, watcher=watcher)
    except OSError as error:
        raise refuse("file_unreadable", file_name(path), reason=_reason(error)) from error


def _reason(error: OSError | ValueError) -> str:
    """Return the system's own words for why, without the path."""
    return getattr(error, "strerror", None) or "the name is not allowed"
