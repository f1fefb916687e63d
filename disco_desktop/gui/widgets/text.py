"""Labels and pairs of a name and a value: all text of the window goes through these, inert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from disco_desktop.gui.theme.tokens import LARGE, SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

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


class Facts(QWidget):
    """Names at the left, values at the right; a value may be a widget to change it."""

    def __init__(self, facts: Sequence[tuple[str, str | QWidget]] = ()) -> None:
        super().__init__()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(LARGE)
        self._grid.setVerticalSpacing(SMALL)
        self._grid.setColumnStretch(1, 1)
        self.setLayout(self._grid)
        self._labels: list[tuple[Text, QWidget]] = []
        self.show_facts(facts)

    def show_facts(self, facts: Sequence[tuple[str, str | QWidget]]) -> None:
        """Show these pairs; where all that changes is words, the labels stay as they are."""
        if self._show_other_words(facts):
            return
        self._labels = []
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, (name, value) in enumerate(facts):
            label = Text(name, tone="muted", is_wrapped=False)
            shown = Text(value, is_selectable=True) if isinstance(value, str) else value
            self._labels.append((label, shown))
            top = Qt.AlignmentFlag.AlignTop
            middle = Qt.AlignmentFlag.AlignVCenter
            self._grid.addWidget(label, place, 0, top if isinstance(value, str) else middle)
            if isinstance(value, str):
                self._grid.addWidget(shown, place, 1, top)
            else:
                label.setBuddy(shown)
                self._grid.addWidget(shown, place, 1, Qt.AlignmentFlag.AlignLeft | middle)

    def _show_other_words(self, facts: Sequence[tuple[str, str | QWidget]]) -> bool:
        """Put other words into the labels that are there; tell whether they fit."""
        if len(facts) != len(self._labels):
            return False
        pairs = list(zip(self._labels, facts, strict=True))
        if not all(isinstance(shown, Text) and isinstance(value, str)
                   for (_, shown), (_, value) in pairs):  # fmt: skip
            return False
        for (label, shown), (name, value) in pairs:
            label.setText(name)
            assert isinstance(shown, Text)  # noqa: S101
            assert isinstance(value, str)  # noqa: S101
            shown.setText(value)
        return True
