"""Pictures: from a path to samples, a report, or pictures to test and predict."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from disco_desktop.engine.dataset.excerpt import excerpt
from disco_desktop.engine.dataset.images.picture_examination import (
    PictureExamination,
    examine_pictures,
)
from disco_desktop.engine.dataset.images.picture_sides import PictureSides, divide_pictures
from disco_desktop.engine.dataset.preprocessing import Preprocessing
from disco_desktop.engine.dataset.reader import DataReader, Purpose
from disco_desktop.engine.dataset.report import LeftOut, Report, counted, refusal
from disco_desktop.engine.dataset.samples import Dataset, LoadedTable, Samples
from disco_desktop.engine.dataset.split import own_rows
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher
from disco_desktop.engine.errors import DataError
from disco_desktop.engine.task.outcome import BinaryOutcome

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.share import Share
    from disco_desktop.engine.task.image import ImageData
    from disco_desktop.engine.task.task import Task

FILE_COLUMN = "filename"
NOTHING_FITTED = Preprocessing(columns=())  # all that happens to a picture stands in the task


class ImageReader(DataReader):
    """Reads folders of pictures, and CSV files that name them."""

    def __init__(self, task: Task, data: ImageData) -> None:
        self._task = task
        self._data = data

    def check(self, path: Path, *, watcher: Watcher = NOBODY) -> Report:
        """Examine every picture behind a path."""
        return self.report_on(examine_pictures(self._data, path, "training", watcher=watcher))

    def report_on(self, examination: PictureExamination) -> Report:
        """Report on pictures that were examined for a training."""
        problems = examination.problems
        sides = self._divide(examination, examination.usable)
        if examination.first_error is None:
            found = [one for one in (sides.problem, sides.doubt) if one is not None]
            problems = sorted([*found, *problems], key=lambda problem: problem.severity)
        outcomes = examination.outcomes[examination.usable]
        return Report(
            task=self._task.id,
            files=[examination.name] if examination.files else [],
            rows=len(examination.files),
            usable_rows=len(examination.usable),
            balance={
                label: int((outcomes == place).sum())
                for place, label in enumerate(self._data.labels)
            },
            training=len(sides.training),
            validation=len(sides.validation),
            problems=problems,
            left_out=self._left_out(examination),
        )

    def load_dataset(self, path: Path, *, share: Share, seed: int) -> Dataset:
        """Load the pictures without problems that are this participant's own."""
        examination = self._examined(path, "training", NOBODY)
        usable = examination.usable
        is_own = own_rows(
            examination.units[usable], share, seed=seed, are_groups=self._data.group is not None
        )
        sides = self._divide(examination, usable[is_own])
        if sides.problem is not None:
            raise refusal(sides.problem, examination.problems)
        return Dataset(
            training=self._samples(examination, sides.training),
            validation=self._samples(examination, sides.validation),
            preprocessing=NOTHING_FITTED,
            digest=_digest(examination, sides),
        )

    def load_table(
        self,
        path: Path,
        preprocessing: Preprocessing,
        purpose: Literal["test", "prediction"],
        *,
        watcher: Watcher = NOBODY,
    ) -> LoadedTable:
        """Load all pictures, with a row for each file."""
        if preprocessing.columns:
            names = [column.name for column in preprocessing.columns]
            raise DataError("preprocessing_mismatch", model=names, task=["pictures"])
        examination = self._examined(path, purpose, watcher)
        names = [excerpt(file.path, len(file.path)) for file in examination.files]
        return LoadedTable(
            samples=self._samples(examination, examination.usable, is_labelled=purpose == "test"),
            table=pl.DataFrame({FILE_COLUMN: names}, schema={FILE_COLUMN: pl.String}),
            table_rows=np.arange(1, len(names) + 1),
            count=len(names),
            problems=examination.problems,
            left_out=self._left_out(examination),
            root=examination.root,
        )

    def _left_out(self, examination: PictureExamination) -> LeftOut:
        is_left_out = np.ones(len(examination.files), dtype=bool)
        is_left_out[examination.usable] = False
        labels = self._data.labels
        return LeftOut(
            count=int(is_left_out.sum()),
            of=len(examination.files),
            by_outcome=counted(labels, examination.outcomes[is_left_out]),
            used_by_outcome=counted(labels, examination.outcomes[examination.usable]),
        )

    def _divide(
        self, examination: PictureExamination, places: npt.NDArray[np.int64]
    ) -> PictureSides:
        return divide_pictures(
            self._data, examination, places, self._task.training.validation_split
        )

    def _examined(self, path: Path, purpose: Purpose, watcher: Watcher) -> PictureExamination:
        examination = examine_pictures(self._data, path, purpose, watcher=watcher)
        if examination.first_error is not None:
            raise refusal(examination.first_error, examination.problems)
        return examination

    def _samples(
        self,
        examination: PictureExamination,
        places: npt.NDArray[np.int64],
        *,
        is_labelled: bool = True,
    ) -> Samples:
        kind = np.float32 if isinstance(self._data.outcome, BinaryOutcome) else np.int64
        return Samples(
            features=examination.pictures.pixels,
            targets=examination.outcomes[places].astype(kind) if is_labelled else None,
            rows=places + 1,
            places=examination.pictures.places[places],
        )


def _digest(examination: PictureExamination, sides: PictureSides) -> str:
    digest = hashlib.sha256()
    for places in (sides.training, sides.validation):
        digest.update(len(places).to_bytes(8, "little"))
        digest.update(examination.pictures.hashes[places].astype("<u8").tobytes())
        digest.update(examination.outcomes[places].astype("<i2").tobytes())
    return digest.hexdigest()
