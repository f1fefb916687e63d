"""Texts: from a path to blocks of tokens, a report, or prompts to go on from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from disco_desktop.engine.dataset.preprocessing import Preprocessing
from disco_desktop.engine.dataset.reader import DataReader
from disco_desktop.engine.dataset.report import LeftOut, Problem, Report, refusal
from disco_desktop.engine.dataset.samples import Dataset, LoadedTable, Samples
from disco_desktop.engine.dataset.split import held_out, own_rows
from disco_desktop.engine.dataset.text.prompts import read_prompts
from disco_desktop.engine.dataset.text.text_examination import TextExamination, examine_texts
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher
from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.share import Share
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.task.text import TextData

PROMPT_COLUMN = "prompt"
NOTHING_FITTED = Preprocessing(columns=())  # all that happens to a text stands in the task


class TextReader(DataReader):
    """Reads text files, and folders of them."""

    def __init__(self, task: Task, data: TextData) -> None:
        self._task = task
        self._data = data

    def check(self, path: Path, *, watcher: Watcher = NOBODY) -> Report:
        """Examine every text behind a path."""
        return self.report_on(examine_texts(self._data, path, watcher=watcher))

    def report_on(self, examination: TextExamination) -> Report:
        """Report on texts that were examined for a training; the sides count blocks."""
        places = np.arange(len(examination.blocks))
        training, validation, problem = self._divide(examination, places)
        problems = examination.problems
        if problem is not None and examination.first_error is None:
            problems = [problem, *problems]
        return Report(
            task=self._task.id,
            files=examination.files,
            rows=examination.rows,
            usable_rows=examination.usable_rows,
            balance={},
            training=len(training),
            validation=len(validation),
            problems=problems,
        )

    def load_dataset(self, path: Path, *, share: Share, seed: int) -> Dataset:
        """Load the blocks that are this participant's own; neighbours stay together."""
        examination = self._examined(path, NOBODY)
        is_own = own_rows(examination.units, share, seed=seed, are_groups=True)
        training, validation, problem = self._divide(examination, np.flatnonzero(is_own))
        if problem is not None:
            raise refusal(problem, examination.problems)
        digest = hashlib.sha256(examination.digest.encode())
        for places in (training, validation):
            digest.update(len(places).to_bytes(8, "little") + places.astype("<i8").tobytes())
        return Dataset(
            training=_samples(examination, training),
            validation=_samples(examination, validation),
            preprocessing=NOTHING_FITTED,
            digest=digest.hexdigest(),
        )

    def load_table(
        self,
        path: Path,
        preprocessing: Preprocessing,
        purpose: Literal["test", "prediction"],
        *,
        watcher: Watcher = NOBODY,
    ) -> LoadedTable:
        """Load all blocks to test on, or the lines to go on from, a row each."""
        if preprocessing.columns:
            names = [column.name for column in preprocessing.columns]
            raise DataError("preprocessing_mismatch", model=names, task=["texts"])
        if purpose == "prediction":
            return self._prompts(path, watcher)
        examination = self._examined(path, watcher)
        return LoadedTable(
            samples=_samples(examination, np.arange(len(examination.blocks))),
            table=_table([]),
            table_rows=np.arange(0),
            count=len(examination.blocks) + examination.rows - examination.usable_rows,
            problems=examination.problems,
            left_out=LeftOut(count=examination.rows - examination.usable_rows, of=examination.rows),
        )

    def _prompts(self, path: Path, watcher: Watcher) -> LoadedTable:
        prompts, problems = read_prompts(path, watcher)
        rows = np.arange(1, len(prompts) + 1)
        nothing = np.empty((len(prompts), 0), dtype=np.uint16)
        return LoadedTable(
            samples=Samples(features=nothing, targets=None, rows=rows),
            table=_table(prompts),
            table_rows=rows,
            count=len(prompts),
            problems=problems,
            left_out=LeftOut(count=0, of=len(prompts)),
        )

    def _examined(self, path: Path, watcher: Watcher) -> TextExamination:
        examination = examine_texts(self._data, path, watcher=watcher)
        if examination.first_error is not None:
            raise refusal(examination.first_error, examination.problems)
        return examination

    def _divide(
        self, examination: TextExamination, places: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Problem | None]:
        """Return the places of both sides among the blocks, and why they won't do."""
        is_held_out = held_out(examination.units[places], self._task.training.validation_split)
        training, validation = places[~is_held_out], places[is_held_out]
        problem = None
        if not len(training) or not len(validation):
            problem = self._too_little(examination, len(places))
        return training, validation, problem

    def _too_little(self, examination: TextExamination, blocks: int) -> Problem:
        width = self._data.context + 1
        if self._data.unit == "lines":
            return Problem(code="texts_all_equal", severity="error", count=blocks)
        arguments: dict[str, str | int | float | list[str]] = {
            "tokens": min(examination.tokens, (blocks + 1) * width - 1),
            "needed": 2 * width,
        }
        return Problem(code="text_too_short", severity="error", arguments=arguments)


def _table(prompts: list[str]) -> pl.DataFrame:
    return pl.DataFrame({PROMPT_COLUMN: prompts}, schema={PROMPT_COLUMN: pl.String})


def _samples(examination: TextExamination, places: npt.NDArray[np.int64]) -> Samples:
    return Samples(
        features=examination.blocks,
        targets=examination.blocks,
        rows=places + 1,
        places=places,
    )
