"""Parquet: columns with types, brought back to text so that every format is checked alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from disco_desktop.engine.dataset.excerpt import file_name
from disco_desktop.engine.dataset.header import distinct, locate, tidy
from disco_desktop.engine.dataset.refused_file import refuse
from disco_desktop.engine.dataset.source_table import SourceTable, check_size
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def read_parquet(
    path: Path, wanted: Sequence[str], *, keep_all: bool, watcher: Watcher = NOBODY
) -> SourceTable:
    """Read the wanted columns of a Parquet file, or all of them.

    Raises:
        FileRefusedError: it is damaged, lacks a wanted column, or is too large.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:  # says what is wrong with the file in the system's own words
        file.read(1)
    try:
        lazy = pl.scan_parquet(path, glob=False)
        schema = lazy.collect_schema()
        height = lazy.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise refuse("file_damaged", file_name(path)) from error
    places = locate(file_name(path), tidy(schema.names(), wanted), wanted)
    if keep_all:
        places = list(range(len(schema)))
    check_size(file_name(path), height * len(places))
    kept = [schema.names()[place] for place in places]
    names = distinct(tidy(kept, wanted))
    try:
        typed = lazy.select(kept).collect()
        frame = pl.DataFrame(
            [_text(typed[column]).alias(name) for column, name in zip(kept, names, strict=True)]
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise refuse("file_damaged", file_name(path)) from error
    watcher.rows_read(height)
    return SourceTable(
        file=file_name(path),
        frame=frame,
        rows=np.arange(1, height + 1, dtype=np.int64),
        lines=None,
        count=height,
    )


def _text(column: pl.Series) -> pl.Series:
    """Write a column as text; lists, structures and bytes have none, so they become empty."""
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        return pl.repeat(None, len(column), dtype=pl.String, eager=True)
    try:
        return column.cast(pl.String, strict=False)
    except pl.exceptions.PolarsError:
        return pl.repeat(None, len(column), dtype=pl.String, eager=True)
