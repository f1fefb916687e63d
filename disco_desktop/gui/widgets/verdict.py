"""What something comes to, in one sentence, with what to do next beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy

from disco_desktop.gui.icons import icon
from disco_desktop.gui.theme.tokens import MEDIUM, TINY
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.layout import column, row
from disco_desktop.gui.widgets.text import Text, restyle

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.widgets.notice import Tone

_ICONS: dict[Tone, str] = {
    "info": "info",
    "success": "check",
    "warning": "warning",
    "danger": "error",
}


class Verdict(QFrame):
    """A sentence in its colour, a few words more, and the primary action of the page."""

    def __init__(self, theme: Theme, action: QAction) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._theme = theme
        self._tone: Tone = "info"
        self._picture = QLabel()
        self._text = Text(size="heading")
        self._more = Text()
        line = row(
            self._picture,
            column(self._text, self._more, spacing=TINY),
            ActionButton(action, "primary"),
            spacing=MEDIUM,
            margin=MEDIUM,
        )
        line.setStretch(1, 1)
        line.setAlignment(self._picture, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)
        theme.changed.connect(self._paint)

    def say(self, text: str, more: str, tone: Tone) -> None:
        """Show a verdict."""
        self._tone = tone
        self._text.setText(text)
        self._more.setText(more)
        self.setAccessibleName(f"{text} {more}")
        self.setProperty("tone", tone)
        restyle(self)
        self._paint()

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text.text()

    def _paint(self) -> None:
        tokens = self._theme.tokens
        colour = tokens.accent if self._tone == "info" else getattr(tokens, self._tone)
        self._picture.setPixmap(icon(_ICONS[self._tone], colour, size=26).pixmap(26, 26))
