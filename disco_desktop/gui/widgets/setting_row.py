"""One setting: its name and what it means at the left, the control at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from disco_desktop.gui.theme.tokens import LARGE, TINY
from disco_desktop.gui.widgets.layout import column, row
from disco_desktop.gui.widgets.text import Text


class SettingRow(QWidget):
    """A setting with its explanation."""

    def __init__(self, name: str, text: str, control: QWidget) -> None:
        super().__init__()
        title = Text(name, size="strong")
        title.setBuddy(control)
        self._text = Text(text, tone="muted", size="small")
        control.setAccessibleName(name)
        control.setAccessibleDescription(text)
        line = row(column(title, self._text, spacing=TINY), control, spacing=LARGE)
        line.setStretch(0, 1)
        line.setAlignment(control, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        self.setLayout(line)

    def explain(self, text: str) -> None:
        """Say something else about it."""
        self._text.setText(text)
