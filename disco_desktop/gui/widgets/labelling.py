"""Sorting pictures by label: each label has a field to drop its pictures on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from disco_desktop.app.library.data import LabelGroups, pictures_behind
from disco_desktop.app.words.inert_text import inert
from disco_desktop.engine.dataset.images.picture_files import SUFFIXES
from disco_desktop.engine.task.image import ImageData
from disco_desktop.gui.data_words import counted_samples
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, RADIUS, SMALL, TINY
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, column, row
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import counted
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPaintEvent

    from disco_desktop.engine.task.data import Data
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.theme.theme import Theme


class LabelZone(QFrame):
    """Takes any number of pictures and folders, and shows how many pictures there are.

    Attributes:
        put: emitted with the paths that were dropped or picked.
        cleared: emitted when its pictures are taken away.
    """

    put = Signal(list)
    cleared = Signal()

    def __init__(self, theme: Theme, label: str) -> None:
        super().__init__()
        self._theme = theme
        self._label = inert(label, longest=60)
        self._count = 0
        self._is_over = False
        self.setAcceptDrops(True)
        self._said = Text(tone="muted", size="small", is_wrapped=False)
        files = QAction(tr("&Pictures…"), self)
        files.triggered.connect(self._pick_files)
        folder = QAction(tr("A &folder…"), self)
        folder.triggered.connect(self._pick_folder)
        menu = QMenu(self)
        menu.addActions([files, folder])
        self._add = QPushButton(tr("Add"))
        self._add.setMenu(menu)
        self._add.setAccessibleName(tr("Add pictures to {label}").format(label=self._label))
        self._clear = QToolButton()
        self._clear.setAccessibleName(tr("Remove all from {label}").format(label=self._label))
        self._clear.setToolTip(self._clear.accessibleName())
        self._clear.clicked.connect(self.cleared)
        title = Text(self._label, size="strong", is_wrapped=False)
        title.setToolTip(self._label)
        title.setMinimumWidth(1)
        head = row(title, self._clear)
        head.setStretch(0, 1)
        below = row(self._said, self._add)
        below.setStretch(0, 1)
        self.setLayout(column(head, below, spacing=TINY, margin=SMALL + TINY))
        theme.changed.connect(self._paint)
        self._paint()
        self.show_count(0)

    def show_count(self, number: int) -> None:
        """Show how many pictures lie here."""
        self._count = number
        said = counted(number, "{count} picture", "{count} pictures")
        self._said.setText(said if number else tr("drop here"))
        self._clear.setVisible(bool(number))
        self.setAccessibleName(f"{self._label}: {said}")
        self.update()

    def _pick_files(self) -> None:
        dialog = self._dialog(QFileDialog.FileMode.ExistingFiles)
        patterns = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        dialog.setNameFilter(tr("Pictures ({patterns})").format(patterns=patterns))
        dialog.open()

    def _pick_folder(self) -> None:
        dialog = self._dialog(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()

    def _dialog(self, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self, tr("Pictures of {label}").format(label=self._label))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        dialog.filesSelected.connect(lambda names: self.put.emit([Path(name) for name in names]))
        return dialog

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Show that what is dragged can be dropped, if it can."""
        urls = event.mimeData().urls()
        if urls and all(url.isLocalFile() for url in urls):
            event.acceptProposedAction()
            self._set_over(is_over=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Show that nothing is above any more."""
        self._set_over(is_over=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Take what was dropped."""
        self._set_over(is_over=False)
        event.acceptProposedAction()
        self.put.emit([Path(url.toLocalFile()) for url in event.mimeData().urls()])

    def _set_over(self, *, is_over: bool) -> None:
        self._is_over = is_over
        self.update()

    def _paint(self) -> None:
        self._clear.setIcon(icon("close", self._theme.tokens.muted))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the line around: dashed while nothing lies here."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(tokens.accent_soft if self._is_over else tokens.ground))
        colour = tokens.accent if self._is_over or self._count else tokens.strong_border
        style = Qt.PenStyle.SolidLine if self._count else Qt.PenStyle.DashLine
        painter.setPen(QPen(QColor(colour), 1.5, style))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)


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
        self.use = QAction(tr("&Use these pictures"))
        self.use.setStatusTip(tr("Check the labelled pictures"))
        self.use.triggered.connect(lambda: self._errands.run(self._write()))
        last = row(self._said, ActionButton(self.use, "primary"), spacing=MEDIUM)
        last.setStretch(0, 1)
        words = tr(
            "Drop pictures, or folders of them, onto their label. The files stay where they "
            "are; a picture dropped onto two labels gets the second one."
        )
        super().__init__(
            column(
                Text(tr("Or label your pictures here"), size="strong"),
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
        self._said.setText(said if has_found else tr("No pictures were found in what you dropped."))
        self.use.setEnabled(total > 0)

    async def _write(self) -> None:
        path = self._folder / f"{self._task_id}.csv"
        await asyncio.to_thread(self.groups.write, path)
        self.listed.emit(path)
