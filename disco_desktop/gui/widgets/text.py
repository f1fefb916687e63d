"""Labels: all text in the window goes through these, and none of it is ever markup."""

from __future__ import annotations

from typing import Literal, TypeAlias

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

Size: TypeAlias = Literal["small", "body", "strong", "heading", "title", "display"]
Tone: TypeAlias = Literal["", "muted", "accent", "success", "warning", "danger"]

_SIZES: dict[Size, tuple[float, QFont.Weight]] = {
    "small": (0.9, QFont.Weight.Normal),
    "body": (1.0, QFont.Weight.Normal),
    "strong": (1.0, QFont.Weight.DemiBold),
    "heading": (1.2, QFont.Weight.DemiBold),
    "title": (1.75, QFont.Weight.DemiBold),
    "display": (2.1, QFont.Weight.DemiBold),
}


def font_of(widget: QWidget, size: Size) -> QFont:
    """Return the widget's font in one of the application's sizes."""
    font = widget.font()
    factor, weight = _SIZES[size]
    font.setPointSizeF(font.pointSizeF() * factor)
    font.setWeight(weight)
    return font


class Text(QLabel):
    """Words on the screen, as they are: plain text, wrapped, selectable where that is of use."""

    def __init__(
        self,
        text: str = "",
        *,
        size: Size = "body",
        tone: Tone = "",
        is_wrapped: bool = True,
        is_selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(is_wrapped)
        self.setFont(font_of(self, size))
        self.setProperty("role", "muted" if tone == "muted" else "text")
        self.setProperty("tone", tone)
        if is_wrapped:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        if is_selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.setText(text)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return room for one line: how many there are follows from the width.

        Qt's own hint is the height at the least width, which would make pages scroll in vain.
        """
        hint = super().minimumSizeHint()
        if self.wordWrap():
            hint.setHeight(min(hint.height(), self.fontMetrics().height()))
        return hint

    def set_tone(self, tone: Tone) -> None:
        """Change what the words' colour says."""
        if tone != self.property("tone"):
            self.setProperty("tone", tone)
            self.setProperty("role", "muted" if tone == "muted" else "text")
            restyle(self)


class Badge(QLabel):
    """A word or two about something, in a small rounded field."""

    def __init__(self, text: str = "", *, tone: Tone = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font_of(self, "small"))
        self.setProperty("role", "badge")
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.setText(text)

    def show_state(self, text: str, tone: Tone = "") -> None:
        """Say something else."""
        self.setText(text)
        if tone != self.property("tone"):
            self.setProperty("tone", tone)
            restyle(self)


def restyle(widget: QWidget) -> None:
    """Have the style sheet look at a widget's properties again."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
