"""From a path to the samples that a network learns from, is tested on, or predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.dataset.images.image_reader import ImageReader
from disco_desktop.engine.dataset.share import WHOLE, Share
from disco_desktop.engine.dataset.table_reader import TableReader
from disco_desktop.engine.dataset.text.text_reader import TextReader
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher
from disco_desktop.engine.errors import DataError
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.text import TextData

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.preprocessing import Preprocessing
    from disco_desktop.engine.dataset.reader import DataReader
    from disco_desktop.engine.dataset.report import Report
    from disco_desktop.engine.dataset.samples import Dataset, LoadedTable
    from disco_desktop.engine.task.task import Task


def reader_of(task: Task) -> DataReader:
    """Return what reads the task's kind of data."""
    match task.data:
        case TabularData() as data:
            return TableReader(task, data)
        case ImageData() as data:
            return ImageReader(task, data)
        case TextData() as data:
            return TextReader(task, data)
    raise TypeError(f"no reader for {task.data}")  # every kind of data has one


def check_data(task: Task, path: Path) -> Report:
    """Examine what is behind a path for a task. Bad content is reported and never raised."""
    return reader_of(task).check(path, watcher=NOBODY)


def load_dataset(task: Task, path: Path, *, share: Share = WHOLE, seed: int = 0) -> Dataset:
    """Load, check, split and prepare a participant's data.

    What has problems is left out, exactly that which `check_data` tells of.

    Args:
        task: says what counts.
        path: a file, or a folder of them.
        share: the part of the samples that is the participant's own.
        seed: which samples are in which share.

    Raises:
        DataError: the data cannot be used; code and arguments are those of the report's error.
    """
    return reader_of(task).load_dataset(path, share=share, seed=seed)


def load_arrays(
    task: Task,
    features: npt.ArrayLike,
    outcomes: npt.ArrayLike,
    *,
    share: Share = WHOLE,
    seed: int = 0,
) -> Dataset:
    """Split and prepare a participant's data that are arrays already.

    Args:
        task: of a table, a column a feature.
        features: (n, c), not-a-number where a value is missing.
        outcomes: (n,), places among the outcome's values, or the number to predict.
        share: the part of the rows that is the participant's own.
        seed: which rows are in which share.

    Raises:
        DataError: the shapes are not those of the task, or nothing can be learnt from them.
    """
    reader = reader_of(task)
    if not isinstance(reader, TableReader):
        raise DataError("arrays_do_not_fit", columns=0)
    numbers, values = np.asarray(features, np.float64), np.asarray(outcomes, np.float64)
    return reader.load_arrays(numbers, values, share=share, seed=seed)


def load_labelled(
    task: Task, path: Path, preprocessing: Preprocessing, *, watcher: Watcher = NOBODY
) -> LoadedTable:
    """Load data to test a model on, all of them, prepared as the model's own were.

    Raises:
        DataError: the data cannot be used, or the preprocessing is not for this task.
    """
    return reader_of(task).load_table(path, preprocessing, "test", watcher=watcher)


def load_unlabelled(
    task: Task, path: Path, preprocessing: Preprocessing, *, watcher: Watcher = NOBODY
) -> LoadedTable:
    """Load data to predict; the outcome is not needed, and ignored if it is there.

    Raises:
        DataError: the data cannot be used, or the preprocessing is not for this task.
    """
    return reader_of(task).load_table(path, preprocessing, "prediction", watcher=watcher)
