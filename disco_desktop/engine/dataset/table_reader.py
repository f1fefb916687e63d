"""Tables: from a path to samples, a report, or rows to test and predict."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from disco_desktop.engine.dataset.checked_rows import CheckedRows
from disco_desktop.engine.dataset.examination import Examination, examine, row_offsets
from disco_desktop.engine.dataset.preprocessing import Preprocessing, fit
from disco_desktop.engine.dataset.reader import DataReader, Purpose
from disco_desktop.engine.dataset.report import LeftOut, Report, counted, refusal
from disco_desktop.engine.dataset.samples import Dataset, LoadedTable, Samples
from disco_desktop.engine.dataset.sides import Sides, divide
from disco_desktop.engine.dataset.split import hash_rows, own_rows
from disco_desktop.engine.dataset.spread import spread_of
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher
from disco_desktop.engine.errors import DataError
from disco_desktop.engine.task.outcome import BinaryOutcome, NumericOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.dataset.share import Share
    from disco_desktop.engine.task.tabular import TabularData
    from disco_desktop.engine.task.task import Task


class TableReader(DataReader):
    """Reads CSV, Parquet and Excel files, or folders of them."""

    def __init__(self, task: Task, data: TabularData) -> None:
        self._task = task
        self._data = data

    def check(self, path: Path, *, watcher: Watcher = NOBODY) -> Report:
        """Examine every row behind a path."""
        return self.report_on(examine(self._data, path, "training", watcher=watcher))

    def report_on(self, examination: Examination) -> Report:
        """Report on data that were examined for a training."""
        problems = examination.problems
        sides = self._divide(examination.usable)
        if examination.first_error is None and sides.problem is not None:
            problems = [sides.problem, *problems]
        outcomes = examination.usable.outcomes
        return Report(
            task=self._task.id,
            files=[table.file for table in examination.tables],
            rows=examination.count,
            usable_rows=len(examination.usable),
            balance={
                label: int((outcomes == place).sum())
                for place, label in enumerate(self._data.outcome.labels)
            },
            training=len(sides.training),
            validation=len(sides.validation),
            problems=problems,
            spread=spread_of(self._data, outcomes),
            left_out=self._left_out(examination),
        )

    def load_dataset(self, path: Path, *, share: Share, seed: int) -> Dataset:
        """Load the rows without problems that are this participant's own."""
        examination = self._examined(path, "training")
        return self._dataset(examination.usable, share, seed, examination.problems)

    def load_arrays(
        self,
        numbers: npt.NDArray[np.float64],
        outcomes: npt.NDArray[np.float64],
        *,
        share: Share,
        seed: int,
    ) -> Dataset:
        """Split and prepare rows that are numbers already.

        Args:
            numbers: (n, c), a column for each of the task's; not-a-number where one is missing.
            outcomes: (n,), places among the outcome's values, or the number to predict.
            share: the part of the rows that is the participant's own.
            seed: which rows are in which share.

        Raises:
            DataError: the shapes are not those of the task, or nothing can be learnt from them.
        """
        width = len(self._data.inputs)
        if numbers.shape != (len(outcomes), width) or not np.isfinite(outcomes).all():
            raise DataError("arrays_do_not_fit", columns=width, detail=str(numbers.shape))
        content = hash_rows(np.column_stack([numbers, outcomes]))
        rows = CheckedRows(
            numbers=np.asarray(numbers, np.float64),
            outcomes=np.asarray(outcomes, np.float64),
            rows=np.arange(1, len(outcomes) + 1),
            content=content,
            units=content,
        )
        return self._dataset(rows, share, seed, [])

    def _dataset(
        self, usable: CheckedRows, share: Share, seed: int, problems: Sequence[Problem]
    ) -> Dataset:
        is_own = own_rows(usable.units, share, seed=seed, are_groups=self._data.group is not None)
        sides = self._divide(usable.take(is_own))
        if sides.problem is not None:
            raise refusal(sides.problem, problems)
        preprocessing = fit(self._data, sides.training.numbers)
        training = self._samples(sides.training, preprocessing)
        validation = self._samples(sides.validation, preprocessing)
        return Dataset(training, validation, preprocessing, _digest(training, validation))

    def load_table(
        self,
        path: Path,
        preprocessing: Preprocessing,
        purpose: Literal["test", "prediction"],
        *,
        watcher: Watcher = NOBODY,
    ) -> LoadedTable:
        """Load all rows, each with all its cells."""
        preprocessing.check_fits(self._data)
        examination = self._examined(path, purpose, keep_all=True, watcher=watcher)
        offsets = row_offsets(examination.tables)
        return LoadedTable(
            samples=self._samples(examination.usable, preprocessing, is_labelled=purpose == "test"),
            table=pl.concat([table.frame for table in examination.tables], how="diagonal"),
            table_rows=np.concatenate(
                [
                    table.rows + start
                    for table, start in zip(examination.tables, offsets, strict=True)
                ]
            ),
            count=examination.count,
            problems=examination.problems,
            left_out=self._left_out(examination),
        )

    def _left_out(self, examination: Examination) -> LeftOut:
        labels = self._data.outcome.labels
        return LeftOut(
            count=examination.count - len(examination.usable),
            of=examination.count,
            by_outcome=counted(labels, examination.left_out),
            used_by_outcome=counted(labels, examination.usable.outcomes),
        )

    def _divide(self, rows: CheckedRows) -> Sides:
        return divide(self._data, rows, self._task.training.validation_split)

    def _examined(
        self,
        path: Path,
        purpose: Purpose,
        *,
        keep_all: bool = False,
        watcher: Watcher = NOBODY,
    ) -> Examination:
        examination = examine(self._data, path, purpose, keep_all=keep_all, watcher=watcher)
        if examination.first_error is not None:
            raise refusal(examination.first_error, examination.problems)
        return examination

    def _samples(
        self, rows: CheckedRows, preprocessing: Preprocessing, *, is_labelled: bool = True
    ) -> Samples:
        return Samples(
            features=preprocessing.apply(rows.numbers),
            targets=self._targets(rows.outcomes) if is_labelled else None,
            rows=rows.rows,
        )

    def _targets(self, outcomes: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
        match self._data.outcome:
            case NumericOutcome() as outcome:
                return ((outcomes - outcome.center) / outcome.scale).astype(np.float32)
            case BinaryOutcome():
                return outcomes.astype(np.float32)
        return outcomes.astype(np.int64)


def _digest(*parts: Samples) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        for values in (part.features, part.targets):
            if values is not None:
                digest.update(values.astype("<f4").tobytes())
    return digest.hexdigest()
