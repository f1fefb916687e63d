"""Checking somebody's data for the window: a report, and rows to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.assistant.checked_pictures import CheckedPictures
from disco_desktop.assistant.checked_table import CheckedTable
from disco_desktop.assistant.checked_texts import CheckedTexts
from disco_desktop.engine.dataset.examination import examine
from disco_desktop.engine.dataset.images.image_reader import ImageReader
from disco_desktop.engine.dataset.images.picture_examination import examine_pictures
from disco_desktop.engine.dataset.table_reader import TableReader
from disco_desktop.engine.dataset.text.text_reader import TextReader
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.text import TextData

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.assistant.tables import Table
    from disco_desktop.engine.dataset.report import Report
    from disco_desktop.engine.dataset.watcher import Watcher
    from disco_desktop.engine.task.task import Task


def check(task: Task, path: Path, watcher: Watcher) -> tuple[Report, Table]:
    """Examine what is behind a path for a training."""
    match task.data:
        case TabularData() as data:
            examination = examine(data, path, "training", watcher=watcher)
            report = TableReader(task, data).report_on(examination)
            return report, CheckedTable(data, examination)
        case ImageData() as data:
            pictures = examine_pictures(data, path, "training", watcher=watcher)
            return ImageReader(task, data).report_on(pictures), CheckedPictures(data, pictures)
        case TextData() as data:
            report = TextReader(task, data).check(path, watcher=watcher)
            return report, CheckedTexts(path)
    raise TypeError(f"no check for {task.data}")  # every kind of data has one
