"""Lines of text, each with what a model writes after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.processes.assistant_messages import LONGEST_CELL, Row, Shape
from disco_desktop.app.words.inert_text import inert
from disco_desktop.assistant.tables import Table, page_rows
from disco_desktop.engine.dataset.predictions_csv import write_predictions
from disco_desktop.engine.dataset.text.text_reader import PROMPT_COLUMN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from disco_desktop.app.processes.assistant_messages import View
    from disco_desktop.engine.dataset.samples import LoadedTable

CONTINUATION_COLUMN = "continuation"


class PredictedTexts(Table):
    """A row for each line."""

    def __init__(self, loaded: LoadedTable, continuations: Sequence[str]) -> None:
        self._loaded = loaded
        self._prompts = loaded.table[PROMPT_COLUMN].to_list()
        self._continuations = continuations
        self.shape = Shape(
            columns=[PROMPT_COLUMN, CONTINUATION_COLUMN],
            rows=len(continuations),
            page_rows=page_rows(2),
        )

    def page(self, number: int, view: View) -> list[Row]:
        """Return rows in the order of the lines, whatever the view."""
        first = number * self.shape.page_rows
        behind = min(first + self.shape.page_rows, self.shape.rows)
        return [
            Row(
                place + 1,
                [
                    inert(text[place][: LONGEST_CELL + 1], longest=LONGEST_CELL)
                    for text in (self._prompts, self._continuations)
                ],
            )
            for place in range(first, behind)
        ]

    def write_csv(self, path: Path) -> int:
        """Write all lines, whole, with what follows them."""
        write_predictions(path, self._loaded, {CONTINUATION_COLUMN: self._continuations})
        return self.shape.rows
