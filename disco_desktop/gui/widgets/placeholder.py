"""What stands where there is nothing to show yet: empty, loading, or not to be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from disco_desktop.gui.icons import icon
from disco_desktop.gui.theme.tokens import HUGE, MEDIUM
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.layout import column, row
from disco_desktop.gui.widgets.text import Text

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from disco_desktop.gui.theme.theme import Theme


class Placeholder(QWidget):
    """A picture, a sentence, and what one can do; or a moving bar while something is loaded."""

    def __init__(
        self, theme: Theme, picture: str, title: str, text: str, *actions: QAction
    ) -> None:
        super().__init__()
        self._theme = theme
        self._name = picture
        self._picture = QLabel()
        self._title = Text(title, size="heading")
        self._text = Text(text, tone="muted")
        for label in (self._picture, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        buttons = [ActionButton(action, "" if number else "primary")
                   for number, action in enumerate(actions)]  # fmt: skip
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setFixedWidth(220)
        self._bar.hide()
        self.setLayout(
            column(
                None, self._picture, self._title, self._text,
                row(None, self._bar, None), row(None, *buttons, None), None,
                spacing=MEDIUM, margin=HUGE,
            )
        )  # fmt: skip
        theme.changed.connect(self._paint)
        self._paint()

    def say(self, title: str, text: str, *, is_busy: bool = False) -> None:
        """Show other words."""
        self._title.setText(title)
        self._text.setText(text)
        self._bar.setVisible(is_busy)

    def _paint(self) -> None:
        colour = self._theme.tokens.muted
        self._picture.setPixmap(icon(self._name, colour, size=44).pixmap(44, 44))
