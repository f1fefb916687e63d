"""The beginning of texts that were checked or tested on, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from disco_desktop.app.processes.assistant_messages import LONGEST_CELL, Row, Shape
from disco_desktop.app.words.inert_text import inert
from disco_desktop.assistant.tables import Table, page_rows
from disco_desktop.engine.dataset.refused_file import FileRefusedError
from disco_desktop.engine.dataset.text.text_files import find_texts, shown_name
from disco_desktop.engine.dataset.text.text_lines import LineFindings, usable_lines
from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.processes.assistant_messages import View

TEXT_COLUMN = "text"
MOST_LINES = 1_000  # shown; nobody reads more of them here
_LINES_OF_FILE = 200


class CheckedTexts(Table):
    """A row for each of the first lines of the files; those that cannot be used are empty."""

    def __init__(self, path: Path) -> None:
        self._rows: list[Row] = []
        files: list[tuple[str, int]] = []
        try:
            for file in find_texts(path):
                if len(self._rows) >= MOST_LINES:
                    break
                rows = _first_rows(file)
                self._rows += rows
                files.append((shown_name(file, path), len(rows)))
        except FileRefusedError:
            pass  # the report tells of it
        self.shape = Shape(
            columns=[TEXT_COLUMN],
            rows=len(self._rows),
            page_rows=page_rows(1),
            files=files,
            numbering="line",
        )

    def page(self, number: int, view: View) -> list[Row]:
        """Return rows in the order of the files, whatever the view."""
        first = number * self.shape.page_rows
        return self._rows[first : first + self.shape.page_rows]

    def write_csv(self, path: Path) -> NoReturn:
        """Raise DataError: the texts are in files already."""
        raise DataError("nothing_to_write")


def _first_rows(path: Path) -> list[Row]:
    findings = LineFindings()
    shown: dict[int, Row] = {}
    try:
        with path.open("rb") as file:
            for line in usable_lines(file, findings):
                if line.number > _LINES_OF_FILE:
                    break
                text = line.text[: LONGEST_CELL + 1].rstrip("\n")
                if text.strip() and line.number not in shown:
                    shown[line.number] = Row(line.number, [inert(text, longest=LONGEST_CELL)])
    except OSError:
        return []  # the report tells of it
    for code, numbers in findings.lines.items():
        if code == "file_old_encoding":  # they are used
            continue
        for number in numbers:
            if number <= _LINES_OF_FILE:
                shown[number] = Row(number, [""], is_used=False, marks={0: code})
    return [shown[number] for number in sorted(shown)]
