"""Samples as the network takes them, and what they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from disco_desktop.engine.dataset.preprocessing import Preprocessing
    from disco_desktop.engine.dataset.report import LeftOut, Problem


@dataclass(frozen=True)
class Samples:
    """What was checked and prepared, a sample a row.

    Attributes:
        features: C-contiguous, perhaps memory-mapped. Of tables float32 (n, f), finite; of
            pictures uint8 (n, height, width, channels); of texts uint16 (n, context + 1).
        targets: float32 (n,), 0 or 1, for a binary outcome; int64 (n,), places among the values,
            for one of several; float32 (n,), standardised, for a number; of texts the features
            themselves, in which the next tokens stand; None where the outcome is not known.
        rows: int64 (n,), numbers of the data rows or files they come from, from one; over several
            tables they go on from one to the next.
        places: int64 (n,), where each sample's own features are, so that few of many need not be
            copied together; None where they are in order and no others.
    """

    features: npt.NDArray[Any]
    targets: npt.NDArray[Any] | None
    rows: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Dataset:
    """A participant's data, ready for training.

    Attributes:
        training: what the network learns from.
        validation: what it is measured on, and never learns from.
        preprocessing: how both were prepared; whatever was fitted, on the training part alone.
        digest: SHA-256 of both parts, in hexadecimal: tells whether data changed since.
    """

    training: Samples
    validation: Samples
    preprocessing: Preprocessing
    digest: str


@dataclass(frozen=True)
class LoadedTable:
    """Samples to test or predict, with a table of what they come from.

    Attributes:
        samples: those that can be used.
        table: every readable row with all its cells, as text; of pictures, a row for each file.
        table_rows: int64 (n,), numbers of the table's rows, as in `samples.rows`.
        count: rows or files that hold anything, broken ones included.
        problems: why some cannot be used.
        left_out: how many, and with what effect on what is said of the rest.
        root: the folder that the files of pictures lie below.
    """

    samples: Samples
    table: pl.DataFrame
    table_rows: npt.NDArray[np.int64]
    count: int
    problems: list[Problem]
    left_out: LeftOut
    root: Path | None = None
