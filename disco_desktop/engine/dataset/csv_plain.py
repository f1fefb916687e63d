"""CSV files without a fault, read by polars.

Python's parser costs a second for 300,000 rows of seven cells, and polars 0.03. Yet polars repairs
or refuses what is broken without saying which line it was. So it is given only what leaves no
choice: the whole file is UTF-8, every record is one line with as many cells as the first, and each
quotation mark opens or closes a cell or stands beside its twin. All else is left to our reader.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from disco_desktop.engine.dataset.source_table import LARGEST_CELLS

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

LARGEST_PLAIN_BYTES = 256 << 20  # read at once
_NEW_LINE, _QUOTE = ord("\n"), ord('"')


class PlainRows(NamedTuple):
    """All rows that hold anything, columns named from 0 in their order; and their lines."""

    frame: pl.DataFrame
    lines: npt.NDArray[np.int64]


def read_plain(path: Path, *, skipped: int, delimiter: str, width: int) -> PlainRows | None:
    """Read the rows behind the header; None where anything is in doubt.

    Args:
        path: of the file.
        skipped: lines up to the header, itself included.
        delimiter: one character.
        width: cells of the header.

    Raises:
        OSError: it cannot be read.
    """
    if width < 2 or path.stat().st_size > LARGEST_PLAIN_BYTES:
        return None
    content = path.read_bytes()
    if b"\0" in content:
        return None
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n")
        if b"\r" in content:
            return None
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    start = 0
    for _ in range(skipped):
        start = content.find(b"\n", start) + 1
        if not start:
            return None
    content = content[start:].rstrip(b"\n")
    values = np.frombuffer(content, dtype=np.uint8)
    height = _height(content, values, delimiter, width)
    if height is None or height * width > LARGEST_CELLS:
        return None
    ends = np.append(np.flatnonzero(values == _NEW_LINE), len(values))
    lengths = np.diff(ends, prepend=-1)
    if lengths.max() >= csv.field_size_limit():
        return None
    try:
        frame = pl.read_csv(
            io.BytesIO(content),
            has_header=False,
            schema={str(place): pl.String for place in range(width)},
            separator=delimiter,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None  # a record has more cells than the header, so that another has fewer
    if frame.height != height:
        return None
    frame = frame.with_columns(
        column.fill_null("") for column in frame.get_columns() if column.null_count()
    )
    lines = np.arange(height, dtype=np.int64) + skipped + 1
    if lengths.min() <= 3 * width:  # may be a row of empty cells, which is none
        is_filled = frame.select(pl.any_horizontal(pl.all() != "")).to_series()
        frame, lines = frame.filter(is_filled), lines[is_filled.to_numpy()]
    return PlainRows(frame, lines)


def _height(
    content: bytes, values: npt.NDArray[np.uint8], delimiter: str, width: int
) -> int | None:
    """Return how many records there are if they have as many cells in all as they should.

    Polars refuses a record of too many cells, so that none can have too few then.
    """
    if not content:
        return None
    height = content.count(b"\n") + 1
    dividers = content.count(delimiter.encode())
    if b'"' in content:
        quoted = _quoted_dividers(values, ord(delimiter))
        if quoted is None:
            return None
        dividers -= quoted
    return height if dividers == height * (width - 1) else None


def _quoted_dividers(values: npt.NDArray[np.uint8], delimiter: int) -> int | None:
    """Return how many delimiters are quoted; None where a quotation mark is in the wrong place.

    A new line that is quoted shows later: polars finds fewer records than there are lines.
    """
    places = np.flatnonzero(values == _QUOTE)
    if len(places) % 2:
        return None
    first, last = places[0::2], places[1::2]
    before, behind = values[first - 1], values[np.minimum(last + 1, len(values) - 1)]
    for neighbours, at_edge in ((before, first == 0), (behind, last == len(values) - 1)):
        is_fit = (neighbours == delimiter) | (neighbours == _NEW_LINE) | (neighbours == _QUOTE)
        if not (is_fit | at_edge).all():
            return None
    ranks = np.searchsorted(np.flatnonzero(values == delimiter), places)
    return int((ranks[1::2] - ranks[0::2]).sum())
