"""Data that somebody has chosen for a task, and that were checked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.dataset.report import Report


@dataclass(frozen=True)
class CheckedData:
    """A file or folder, and what was found in it."""

    task_id: str
    path: Path
    report: Report
