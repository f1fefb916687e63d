"""What samples are called, by the kind of a task's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.text import TextData

if TYPE_CHECKING:
    from disco_desktop.engine.task.data import Data

DATA_HELP = (
    "a table (CSV, Parquet, Excel) or a folder of them; a folder with a folder of pictures for "
    "each label, or a CSV file that names pictures and labels; a text "
    "file (.txt) or a folder of them"
)


def learnt_word(data: Data) -> str:
    """Return what several of what a network learns from are called."""
    return "blocks of text" if isinstance(data, TextData) else "samples"


def samples_word(data: Data) -> str:
    """Return what several samples are called."""
    match data:
        case ImageData():
            return "pictures"
        case TextData():
            return "texts"
    return "rows"
