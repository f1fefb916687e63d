"""Choosing which samples are shown: all, those of a label, those left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from disco_desktop.app.assistant_messages import View
from disco_desktop.app.inert_text import inert
from disco_desktop.gui.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.dataset.report import Report

_WIDTH = 260


class _Choice(NamedTuple):
    """Which samples are shown, and how many those are."""

    view: View
    number: int


class LabelFilter(QComboBox):
    """One entry a label, with how many samples have it.

    Attributes:
        chosen: emitted with the view and the number of its samples.
    """

    chosen = Signal(View, int)

    def __init__(self) -> None:
        super().__init__()
        self._choices: list[_Choice] = []
        self.setAccessibleName(self.tr("Pictures that are shown"))
        self.setFixedWidth(_WIDTH)
        self.activated.connect(self._choose)

    def show_report(self, report: Report) -> None:
        """Offer what there is in checked data; all of it is shown."""
        self.clear()
        self._choices = []
        self._offer(self.tr("All"), View(), report.rows)
        if left_out := report.rows - report.usable_rows:
            self._offer(self.tr("Left out"), View(is_left_out=True), left_out)
        for place, (label, number) in enumerate(report.balance.items()):
            if number:
                self._offer(inert(label, longest=40), View(truth=place), number)

    def show_predictions(self, labels: Sequence[str], counts: Sequence[int], rows: int) -> None:
        """Offer each label that was predicted, with how often; all rows are shown."""
        self.clear()
        self._choices = []
        self._offer(self.tr("All"), View(), rows)
        for place, (label, number) in enumerate(zip(labels, counts, strict=True)):
            if number:
                self._offer(inert(label, longest=40), View(prediction=place), number)

    def _offer(self, words: str, view: View, number: int) -> None:
        self._choices.append(_Choice(view, number))
        self.addItem(f"{words} ({count(number)})")

    def _choose(self, place: int) -> None:
        self.chosen.emit(*self._choices[place])

    def choose_all(self) -> None:
        """Go back to all of them."""
        if self.currentIndex() > 0:
            self.setCurrentIndex(0)
            self._choose(0)
