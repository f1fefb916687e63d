"""One label to drop pictures on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPen
from PySide6.QtWidgets import QFileDialog, QFrame, QMenu, QPushButton, QToolButton

from disco_desktop.app.inert_text import inert
from disco_desktop.engine.dataset.images.picture_files import SUFFIXES
from disco_desktop.gui.icons import icon
from disco_desktop.gui.theme.tokens import RADIUS, SMALL, TINY
from disco_desktop.gui.widgets.layout import column, row
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import counted

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPaintEvent

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
        files = QAction(self.tr("&Pictures…"), self)
        files.triggered.connect(self._pick_files)
        folder = QAction(self.tr("A &folder…"), self)
        folder.triggered.connect(self._pick_folder)
        menu = QMenu(self)
        menu.addActions([files, folder])
        self._add = QPushButton(self.tr("Add"))
        self._add.setMenu(menu)
        self._add.setAccessibleName(self.tr("Add pictures to {label}").format(label=self._label))
        self._clear = QToolButton()
        self._clear.setAccessibleName(self.tr("Take all from {label}").format(label=self._label))
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
        said = counted(number, self.tr("picture"), self.tr("pictures"))
        self._said.setText(said if number else self.tr("drop here"))
        self._clear.setVisible(bool(number))
        self.setAccessibleName(f"{self._label}: {said}")
        self.update()

    def _pick_files(self) -> None:
        dialog = self._dialog(QFileDialog.FileMode.ExistingFiles)
        patterns = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        dialog.setNameFilter(self.tr("Pictures ({patterns})").format(patterns=patterns))
        dialog.open()

    def _pick_folder(self) -> None:
        dialog = self._dialog(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()

    def _dialog(self, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self, self.tr("Pictures of {label}").format(label=self._label))
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
