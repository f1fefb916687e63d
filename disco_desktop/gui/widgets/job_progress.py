"""How far an assistant is with what it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar

from disco_desktop.app.inert_text import inert
from disco_desktop.gui.data_words import counted_samples
from disco_desktop.gui.theme.tokens import LARGE, SMALL
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card
from disco_desktop.gui.widgets.layout import column, row
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import counted

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from disco_desktop.app.assistant_messages import Reading
    from disco_desktop.engine.task.data import Data


class JobProgress(Card):
    """What is being done, how far it is, and a way to give it up."""

    def __init__(self, cancel: QAction) -> None:
        self._data: Data | None = None
        self._what = Text(size="heading", is_wrapped=False)
        self._more = Text(tone="muted", is_wrapped=False)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(self.tr("Under way"))
        line = row(column(self._what, self._more, spacing=SMALL), ActionButton(cancel))
        line.setStretch(0, 1)
        super().__init__(column(line, bar, spacing=LARGE), margin=LARGE)

    def count_in(self, data: Data) -> None:
        """Count in the samples of this kind of data from now on."""
        self._data = data

    def show_reading(self, reading: Reading | None, problems: int) -> None:
        """Show which file is read, how many samples are, and how many problems there are so far."""
        if reading is None:
            self._what.setText(self.tr("Preparing to read"))
            self._more.setText(" ")
            return
        self._what.setText(self.tr("Reading {file}").format(file=inert(reading.file, longest=60)))
        said = [counted_samples(self._data, reading.rows)] if reading.rows else []
        if problems:
            said.append(counted(problems, self.tr("problem found"), self.tr("problems found")))
        self._more.setText(", ".join(said) or " ")

    def show_loading(self) -> None:
        """Show that the data are read and the model comes next."""
        self._what.setText(self.tr("Running the model"))
        self._more.setText(self.tr("The first time takes a few seconds."))
