"""The kinds of data that a task may be about."""

from __future__ import annotations

from typing import TypeAlias

from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.text import TextData

Data: TypeAlias = TabularData | ImageData | TextData
