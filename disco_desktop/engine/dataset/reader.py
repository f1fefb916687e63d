"""What every kind of data has to offer: a report, a dataset, a table to test or predict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.dataset.preprocessing import Preprocessing
    from disco_desktop.engine.dataset.report import Report
    from disco_desktop.engine.dataset.samples import Dataset, LoadedTable
    from disco_desktop.engine.dataset.share import Share
    from disco_desktop.engine.dataset.watcher import Watcher

Purpose: TypeAlias = Literal["training", "test", "prediction"]


class DataReader(ABC):
    """Reads one kind of data for one task."""

    @abstractmethod
    def check(self, path: Path, *, watcher: Watcher) -> Report:
        """Examine what is behind a path. Bad content is reported and never raised."""

    @abstractmethod
    def load_dataset(self, path: Path, *, share: Share, seed: int) -> Dataset:
        """Load, check, split and prepare a participant's data.

        Raises:
            DataError: the data cannot be used; code and arguments are those of the report's error.
        """

    @abstractmethod
    def load_table(
        self,
        path: Path,
        preprocessing: Preprocessing,
        purpose: Literal["test", "prediction"],
        *,
        watcher: Watcher,
    ) -> LoadedTable:
        """Load data to test a model on, or to predict.

        Raises:
            DataError: the data cannot be used, or the preprocessing is not for this task.
        """
