"""From a path to the samples that a network learns from, is tested on, or predicts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from disco_desktop.engine.dataset.examination import (
    Examination,
    Purpose,
    examine,
    row_offsets,
)
from disco_desktop.engine.dataset.preprocessing import Preprocessing, fit
from disco_desktop.engine.dataset.samples import Samples
from disco_desktop.engine.dataset.share import WHOLE, Share
from disco_desktop.engine.dataset.sides import divide
from disco_desktop.engine.dataset.split import own_rows
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher
from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.checked_rows import CheckedRows
    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.task.task import Task


@dataclass(frozen=True)
class Dataset:
    """A participant's data, ready for training.

    Attributes:
        training: what the network learns from.
        validation: what it is measured on, and never learns from.
        preprocessing: how both were prepared; fitted on the training part alone.
        digest: SHA-256 of both parts, in hexadecimal: tells whether data changed since.
    """

    training: Samples
    validation: Samples
    preprocessing: Preprocessing
    digest: str


@dataclass(frozen=True)
class LoadedTable:
    """Samples to test or predict, with the table that they come from.

    Attributes:
        samples: the usable rows.
        table: every readable row with all its cells, as text.
        table_rows: int64 (n,), numbers of the table's rows, as in `samples.rows`.
        count: data rows that hold anything, broken ones included.
        problems: why some rows cannot be used.
    """

    samples: Samples
    table: pl.DataFrame
    table_rows: npt.NDArray[np.int64]
    count: int
    problems: list[Problem]


def load_dataset(task: Task, path: Path, *, share: Share = WHOLE, seed: int = 0) -> Dataset:
    """Load, check, split and prepare a participant's data.

    Rows with problems are left out, exactly those that `check_data` tells of.

    Args:
        task: says which columns count.
        path: a CSV, Parquet or Excel file, or a folder of them.
        share: the part of the rows that is the participant's own.
        seed: which rows are in which share.

    Raises:
        DataError: the data cannot be used; code and arguments are those of the report's error.
    """
    usable = _examined(task, path, "training").usable
    is_own = own_rows(usable.units, share, seed=seed, are_groups=task.data.group is not None)
    sides = divide(task, usable.take(is_own))
    if sides.problem is not None:
        raise _error(sides.problem)
    preprocessing = fit(task.data, sides.training.numbers)
    training = _samples(sides.training, preprocessing)
    validation = _samples(sides.validation, preprocessing)
    return Dataset(training, validation, preprocessing, _digest(training, validation))


def load_labelled(task: Task, path: Path, preprocessing: Preprocessing) -> Samples:
    """Load data to test a model on, all of them, prepared as the model's own were.

    Raises:
        DataError: the data cannot be used, or the preprocessing is not for this task.
    """
    preprocessing.check_fits(task.data)
    return _samples(_examined(task, path, "test").usable, preprocessing)


def load_labelled_table(
    task: Task, path: Path, preprocessing: Preprocessing, *, watcher: Watcher = NOBODY
) -> LoadedTable:
    """Load data to test a model on, with the table, so that single rows can be looked at.

    Raises:
        DataError: as `load_labelled`.
    """
    return _loaded_table(task, path, preprocessing, "test", watcher)


def load_unlabelled(
    task: Task, path: Path, preprocessing: Preprocessing, *, watcher: Watcher = NOBODY
) -> LoadedTable:
    """Load data to predict; the outcome's column is not needed, and ignored if it is there.

    Raises:
        DataError: the data cannot be used, or the preprocessing is not for this task.
    """
    return _loaded_table(task, path, preprocessing, "prediction", watcher)


def _loaded_table(
    task: Task, path: Path, preprocessing: Preprocessing, purpose: Purpose, watcher: Watcher
) -> LoadedTable:
    preprocessing.check_fits(task.data)
    examination = _examined(task, path, purpose, keep_all=True, watcher=watcher)
    offsets = row_offsets(examination.tables)
    return LoadedTable(
        samples=_samples(examination.usable, preprocessing, is_labelled=purpose == "test"),
        table=pl.concat([table.frame for table in examination.tables], how="diagonal"),
        table_rows=np.concatenate(
            [table.rows + start for table, start in zip(examination.tables, offsets, strict=True)]
        ),
        count=examination.count,
        problems=examination.problems,
    )


def _examined(
    task: Task,
    path: Path,
    purpose: Purpose,
    *,
    keep_all: bool = False,
    watcher: Watcher = NOBODY,
) -> Examination:
    examination = examine(task.data, path, purpose, keep_all=keep_all, watcher=watcher)
    if examination.first_error is not None:
        raise _error(examination.first_error)
    return examination


def _error(problem: Problem) -> DataError:
    return DataError(problem.code, detail="", **problem.told())


def _samples(
    rows: CheckedRows, preprocessing: Preprocessing, *, is_labelled: bool = True
) -> Samples:
    return Samples(
        features=preprocessing.apply(rows.numbers),
        targets=rows.outcomes.astype(np.float32) if is_labelled else None,
        rows=rows.rows,
    )


def _digest(*parts: Samples) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        for values in (part.features, part.targets):
            if values is not None:
                digest.update(values.astype("<f4").tobytes())
    return digest.hexdigest()
