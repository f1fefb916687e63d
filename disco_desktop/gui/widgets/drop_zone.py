"""Where a file or folder can be dropped: an area for it, or a whole page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from disco_desktop.gui.theme.tokens import LARGE, RADIUS, SMALL
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import column, row
from disco_desktop.gui.widgets.text import Text, font_of, restyle

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPaintEvent

    from disco_desktop.gui.theme.theme import Theme


class DropZone(QFrame):
    """Takes one file or folder of this machine.

    Attributes:
        dropped: emitted with its path.
    """

    dropped = Signal(Path)

    def __init__(self, theme: Theme, title: str, hint: str, *actions: QAction) -> None:
        super().__init__()
        self._theme = theme
        self._is_over = False
        self.setAcceptDrops(True)
        self.setAccessibleName(title)
        self.setAccessibleDescription(hint)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        headline = Text(title, size="strong")
        self._words = words = Text(hint, tone="muted")
        for label in (headline, words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._buttons = {
            action: ActionButton(action, "" if number else "primary")
            for number, action in enumerate(actions)
        }
        buttons = self._buttons.values()
        self.setLayout(
            column(headline, words, row(None, *buttons, None), spacing=SMALL, margin=LARGE)
        )
        theme.changed.connect(self.update)

    def hint(self, words: str) -> None:
        """Say something else about what can be dropped."""
        self._words.setText(words)
        self.setAccessibleDescription(words)

    def lead_with(self, action: QAction) -> None:
        """Show which of the actions is the usual one."""
        for other, button in self._buttons.items():
            button.setProperty("role", "primary" if other is action else "")
            restyle(button)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Show that what is dragged can be dropped, if it can."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
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
        self.dropped.emit(Path(event.mimeData().urls()[0].toLocalFile()))

    def _set_over(self, *, is_over: bool) -> None:
        self._is_over = is_over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the dashed line around."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(tokens.accent_soft if self._is_over else tokens.surface))
        colour = tokens.accent if self._is_over else tokens.strong_border
        painter.setPen(QPen(QColor(colour), 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)


class DropOverlay(QWidget):
    """Words in a dashed frame over the whole of a widget; it takes no events itself."""

    def __init__(self, theme: Theme, words: str, over: QWidget) -> None:
        super().__init__(over)
        self._theme = theme
        self._words = words
        self._over = over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(font_of(self, "heading"))
        self.hide()

    def cover(self) -> None:
        """Show it."""
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the frame and the words."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(tokens.accent_soft)
        ground.setAlphaF(0.94)
        painter.setBrush(ground)
        painter.setPen(QPen(QColor(tokens.accent), 2, Qt.PenStyle.DashLine))
        area = QRectF(self.rect()).adjusted(SMALL, SMALL, -SMALL, -SMALL)
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        painter.setPen(QColor(tokens.accent))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._words)
