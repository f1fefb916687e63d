"""Choosing a file or folder of data: dropped, picked, or the sample data of a task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from disco_desktop.app.words.inert_text import inert
from disco_desktop.engine.dataset.images.picture_files import SUFFIXES
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import MEDIUM, TINY
from disco_desktop.gui.widgets.card import Card, column, row
from disco_desktop.gui.widgets.drop_zone import DropZone
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from disco_desktop.engine.task.data import Data
    from disco_desktop.gui.theme.theme import Theme

TABLE_SUFFIXES = (
    ".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods",
)  # fmt: skip
_LONGEST_PATH = 90


class DataChoice(QWidget):
    """A large area to drop on while nothing is chosen, afterwards one line with what is.

    Attributes:
        chosen: emitted with the path that somebody chose.
    """

    chosen = Signal(Path)

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme = theme
        self._path: Path | None = None
        self._sample: Path | None = None
        self._data: Data | None = None
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._file = self._action(
            tr("Choose a &file…"), tr("Choose a table"),
            self._pick_file, QKeySequence(QKeySequence.StandardKey.Open),
        )  # fmt: skip
        self._folder = self._action(
            tr("Choose a f&older…"), tr("Choose a folder of tables"),
            self._pick_folder, QKeySequence("Ctrl+Shift+O"),
        )  # fmt: skip
        self._use_sample = self._action(
            tr("Use &sample data"), tr("Use the data that come with the task"),
            self._take_sample, QKeySequence(),
        )  # fmt: skip
        self._use_sample.setVisible(False)
        self.zone = DropZone(
            theme, title, tr("CSV, Parquet or Excel. It is read here and never sent."),
            self._file, self._folder, self._use_sample,
        )  # fmt: skip
        self.zone.dropped.connect(self.choose)
        self._picture = QLabel()
        self._name = Text(size="strong", is_wrapped=False)
        self._where = Text(size="small", tone="muted", is_wrapped=False)
        self._line = self._make_line()
        self.setLayout(column(self.zone, self._line, spacing=0))
        theme.changed.connect(self._paint)
        self.show_choice(None)

    def _action(self, text: str, tip: str, slot: object, shortcut: QKeySequence) -> QAction:
        action = QAction(text, self)
        action.setStatusTip(tip)
        action.setShortcut(shortcut)
        action.triggered.connect(slot)
        self.addAction(action)
        return action

    def _make_line(self) -> Card:
        menu = QMenu(self)
        menu.addActions([self._file, self._folder, self._use_sample])
        self._other = QPushButton(tr("Choose &other data"))
        self._other.setMenu(menu)
        self._other.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for label in (self._name, self._where):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        words = column(self._name, self._where, spacing=TINY)
        line = row(self._picture, words, self._other, spacing=MEDIUM)
        line.setStretch(1, 1)
        return Card(line)

    # --- what is chosen

    def show_choice(self, path: Path | None) -> None:
        """Show what is chosen, or that nothing is."""
        self._path = path
        is_sample = path is not None and path == self._sample
        if path is not None:
            name = tr("Sample data") if is_sample else path.name or str(path)
            where = tr("included with the task") if is_sample else str(path.parent)
            self._name.setText(inert(name))
            self._where.setText(_middle_cut(inert(where, longest=4096)))
            self._where.setToolTip("" if is_sample else inert(str(path), longest=4096))
            self._line.setAccessibleName(tr("Chosen: {name}").format(name=inert(name)))
        self.zone.setVisible(path is None)
        self._line.setVisible(path is not None)
        self._paint()

    def expect(self, data: Data) -> None:
        """Offer to choose data of this kind."""
        self._data = data
        match data:
            case TabularData():
                hint = tr("CSV, Parquet or Excel. It is read here and never sent.")
                tip = tr("Choose a folder of tables")
            case ImageData():
                hint = tr("Pictures in folders. They are read here and never sent.")
                tip = tr("Choose a folder of pictures")
            case _:
                hint = tr("Text files. They are read here and never sent.")
                tip = tr("Choose a folder of text files")
        self._folder.setStatusTip(tip)
        self._file.setStatusTip(tr("Choose a file on this computer"))
        self.zone.hint(hint)
        self.zone.lead_with(self._folder if isinstance(data, ImageData) else self._file)

    def offer_sample(self, sample: Path | None) -> None:
        """Offer sample data, where there are some."""
        self._sample = sample
        self._use_sample.setVisible(sample is not None)
        self.show_choice(self._path)

    def choose(self, path: Path) -> None:
        """Take a path, however it came."""
        self.show_choice(path)
        self.chosen.emit(path)

    def _take_sample(self) -> None:
        if self._sample is not None:
            self.choose(self._sample)

    # --- pickers and drops

    def _pick_file(self) -> None:
        dialog = self._dialog(tr("Choose a file"), QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([*self._filters(), tr("All files (*)")])
        dialog.open()

    def _filters(self) -> list[str]:
        """Return the kinds of files that are expected, as a picker names them."""
        match self._data:
            case ImageData():
                pictures = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
                return [
                    tr("Lists of pictures (*.csv)"),
                    tr("Pictures ({patterns})").format(patterns=pictures),
                ]
            case TabularData() | None:
                tables = " ".join(f"*{suffix}" for suffix in TABLE_SUFFIXES)
                return [tr("Tables ({patterns})").format(patterns=tables)]
        return [tr("Texts (*.txt)")]

    def _pick_folder(self) -> None:
        dialog = self._dialog(tr("Choose a folder"), QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()

    def _dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        if self._path is not None and self._path != self._sample:
            dialog.setDirectory(str(self._path.parent))
        dialog.fileSelected.connect(lambda name: self.choose(Path(name)))
        return dialog

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take a file or folder in place of the one that is chosen."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Take what was dropped."""
        event.acceptProposedAction()
        self.choose(Path(event.mimeData().urls()[0].toLocalFile()))

    def _paint(self) -> None:
        suffixes = (*TABLE_SUFFIXES, *SUFFIXES, ".txt")
        is_file = self._path is not None and self._path.suffix.lower() in suffixes
        picture = icon("file" if is_file else "folder", self._theme.tokens.accent, size=28)
        self._picture.setPixmap(picture.pixmap(28, 28))


def _middle_cut(path: str) -> str:
    """Shorten a long path in its middle: its beginning and its end tell most."""
    if len(path) <= _LONGEST_PATH:
        return path
    half = _LONGEST_PATH // 2
    return f"{path[:half]}…{path[-half:]}"
