"""Notices: what happened and what to do, with the details for whoever asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QPushButton, QSizePolicy

from disco_desktop.gui.icons import icon
from disco_desktop.gui.theme.tokens import MEDIUM, SMALL
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.layout import column, row
from disco_desktop.gui.widgets.text import Text, restyle

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from disco_desktop.gui.theme.theme import Theme

Tone: TypeAlias = Literal["info", "success", "warning", "danger"]

_ICONS: dict[Tone, str] = {
    "info": "info",
    "success": "check",
    "warning": "warning",
    "danger": "error",
}


class Notice(QFrame):
    """One message in its colour, with what can be done about it; hidden while there is none."""

    def __init__(self, theme: Theme, *actions: QAction) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._theme = theme
        self._tone: Tone = "info"
        self._picture = QLabel()
        self._text = Text(is_selectable=True)
        self._more = QPushButton(self.tr("Details"))
        self._more.setProperty("role", "quiet")
        self._more.setCheckable(True)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(120)
        self._details.setAccessibleName(self.tr("Details"))
        self._more.toggled.connect(self._details.setVisible)
        buttons = [ActionButton(action) for action in actions]
        line = row(self._picture, self._text, *buttons, self._more, spacing=MEDIUM)
        line.setStretch(1, 1)
        line.setAlignment(self._picture, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(line, self._details, spacing=SMALL, margin=MEDIUM))
        self._details.hide()
        theme.changed.connect(self._paint)
        self.hide()

    def say(self, text: str, tone: Tone = "info", *, details: str = "") -> None:
        """Show a message."""
        self._tone = tone
        self._text.setText(text)
        self.setAccessibleName(text)
        self._details.setPlainText(details)
        self._more.setVisible(bool(details))
        self._more.setChecked(False)
        self.setProperty("tone", tone)
        restyle(self)
        self._paint()
        self.show()

    @property
    def text(self) -> str:
        """What is shown; nothing while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def _paint(self) -> None:
        tokens = self._theme.tokens
        colour = tokens.accent if self._tone == "info" else getattr(tokens, self._tone)
        self._picture.setPixmap(icon(_ICONS[self._tone], colour).pixmap(20, 20))
