"""Sorting pictures by label: each label has a field to drop its pictures on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QWidget

from disco_desktop.app.label_groups import LabelGroups, pictures_behind
from disco_desktop.engine.task.image import ImageData
from disco_desktop.gui.data_words import counted_samples
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card
from disco_desktop.gui.widgets.label_zone import LabelZone
from disco_desktop.gui.widgets.layout import column, row
from disco_desktop.gui.widgets.text import Text

if TYPE_CHECKING:
    from disco_desktop.engine.task.data import Data
    from disco_desktop.gui.errands import Errands
    from disco_desktop.gui.theme.theme import Theme

MOST_LABELS = 40  # with a field each; who has more labels has folders
_ACROSS = 4


class Labelling(Card):
    """Fields for a task's labels, kept as long as it is the same task.

    Attributes:
        listed: emitted with the path of the list that was written of all of them.
    """

    listed = Signal(Path)

    def __init__(self, theme: Theme, folder: Path, errands: Errands) -> None:
        self._theme = theme
        self._folder = folder
        self._errands = errands
        self._task_id = ""
        self._data: Data | None = None
        self.groups = LabelGroups(())
        self.zones: dict[str, LabelZone] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SMALL)
        fields = QWidget()
        fields.setLayout(self._grid)
        self._said = Text(tone="muted")
        self.use = QAction(self.tr("&Use these pictures"))
        self.use.setStatusTip(self.tr("Check the pictures that lie on labels"))
        self.use.triggered.connect(lambda: self._errands.run(self._write()))
        last = row(self._said, ActionButton(self.use, "primary"), spacing=MEDIUM)
        last.setStretch(0, 1)
        words = self.tr(
            "Drop pictures, or folders of them, on the label they show. The files stay where they "
            "are; a picture that is dropped on two labels has the second one."
        )
        super().__init__(
            column(
                Text(self.tr("Or put each picture to its label here"), size="strong"),
                Text(words, tone="muted"), fields, last,
                spacing=SMALL,
            ),
            margin=LARGE,
        )  # fmt: skip

    @property
    def has_labels(self) -> bool:
        """Whether the task is about pictures, and has few enough labels for a field each."""
        return bool(self.zones)

    def show_labels(self, task_id: str, data: Data) -> None:
        """Show the labels of a task; none where there is nothing to put anything to."""
        if (task_id, data) == (self._task_id, self._data):
            return
        self._task_id, self._data = task_id, data
        is_fit = isinstance(data, ImageData) and len(data.values) <= MOST_LABELS
        pairs = list(zip(data.values, data.labels, strict=True)) if is_fit else []
        self.groups = LabelGroups([value for value, _ in pairs])
        for zone in self.zones.values():
            self._grid.removeWidget(zone)
            zone.deleteLater()
        self.zones = {}
        across = min(_ACROSS, max(len(pairs), 1))
        for place, (value, label) in enumerate(pairs):
            zone = LabelZone(self._theme, label)
            zone.put.connect(lambda paths, value=value: self._put(value, paths))
            zone.cleared.connect(lambda value=value: self._clear(value))
            self._grid.addWidget(zone, place // across, place % across)
            self.zones[value] = zone
        for place in range(_ACROSS):
            self._grid.setColumnStretch(place, int(place < across))
        self._draw()

    def _put(self, value: str, paths: list[Path]) -> None:
        self._errands.run(self._look(self.groups, value, paths))

    async def _look(self, groups: LabelGroups, value: str, paths: list[Path]) -> None:
        """Look for the pictures in another thread: a folder may hold very many."""
        pictures = await asyncio.to_thread(pictures_behind, paths)
        groups.put(value, pictures)
        if groups is self.groups:
            self._draw(has_found=bool(pictures))

    def _clear(self, value: str) -> None:
        self.groups.clear(value)
        self._draw()

    def _draw(self, *, has_found: bool = True) -> None:
        for value, number in self.groups.counts.items():
            self.zones[value].show_count(number)
        total = self.groups.total
        said = counted_samples(self._data, total) if total else ""
        self._said.setText(said if has_found else self.tr("There is no picture in what was put."))
        self.use.setEnabled(total > 0)

    async def _write(self) -> None:
        path = self._folder / f"{self._task_id}.csv"
        await asyncio.to_thread(self.groups.write, path)
        self.listed.emit(path)
