"""Hearing how an examination goes on, for whoever waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.report import Problem

ROWS_BETWEEN = 5_000  # rows that are read between two words about it


class Watcher:
    """Is told what happens, while it does; this one does not care.

    Whatever a method raises ends the examination and reaches whoever asked for it.
    """

    def file_begun(self, file: str) -> None:
        """A file is about to be read."""

    def rows_read(self, rows: int) -> None:
        """So many data rows of that file are read by now."""

    def problem_found(self, problem: Problem) -> None:
        """A problem was found; where another file can be used, an error may yet become less."""


NOBODY = Watcher()
