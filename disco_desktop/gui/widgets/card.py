"""Cards, rows and columns, with the application's distances."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, TINY
from disco_desktop.gui.widgets.text import Text, restyle
from disco_desktop.gui.wording import NOTHING

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent

Item: TypeAlias = QWidget | QLayout | int | None
_Layout = TypeVar("_Layout", bound=QBoxLayout)


def column(*items: Item, spacing: int = MEDIUM, margin: int = 0) -> QVBoxLayout:
    """Put items under each other; a number is extra space, None what stretches."""
    return _filled(QVBoxLayout(), items, spacing, margin)


def row(*items: Item, spacing: int = SMALL, margin: int = 0) -> QHBoxLayout:
    """Put items beside each other; a number is extra space, None what stretches."""
    return _filled(QHBoxLayout(), items, spacing, margin)


def _filled(layout: _Layout, items: tuple[Item, ...], spacing: int, margin: int) -> _Layout:
    layout.setSpacing(spacing)
    layout.setContentsMargins(QMargins(margin, margin, margin, margin))
    for item in items:
        match item:
            case None:
                layout.addStretch(1)
            case int():
                layout.addSpacing(item)
            case QLayout():
                layout.addLayout(item)
            case _:
                layout.addWidget(item)
    return layout


def line() -> QFrame:
    """Return a thin horizontal line."""
    frame = QFrame()
    frame.setProperty("role", "line")
    return frame


class Card(QFrame):
    """A surface with a thin border."""

    def __init__(self, *items: Item, margin: int = MEDIUM, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        content = items[0] if len(items) == 1 and isinstance(items[0], QLayout) else column(*items)
        content.setContentsMargins(margin, margin, margin, margin)
        self.setLayout(content)


class ChoiceCard(Card):
    """A card that is chosen as a whole, with the mouse or the keyboard."""

    chosen = Signal()

    def __init__(self, *items: Item, name: str, margin: int = MEDIUM) -> None:
        super().__init__(*items, margin=margin)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """Show that it can be chosen."""
        self._set_hovered(is_hovered=True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Show it as it was."""
        self._set_hovered(is_hovered=False)
        super().leaveEvent(event)

    def _set_hovered(self, *, is_hovered: bool) -> None:
        self.setProperty("hovered", is_hovered)
        restyle(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose it, where the button is let go inside."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.chosen.emit()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Choose it with the keys that press a button."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class StatCard(Card):
    """A name, a value, and a word more about it."""

    def __init__(self, name: str) -> None:
        self._title = Text(name, size="small", tone="muted", is_wrapped=False)
        self._value = Text(NOTHING, size="heading", is_wrapped=False)
        self._more = Text("", size="small", tone="muted", is_wrapped=False)
        super().__init__(
            column(
                self._title,
                self._value,
                self._more,
                spacing=TINY,
            ),
            margin=MEDIUM - TINY,
        )
        self._name = name
        self.show_value(NOTHING)

    def rename(self, name: str) -> None:
        """Call what is shown something else."""
        self._name = name
        self._title.setText(name)
        self.setAccessibleName(f"{name}: {self.value}")

    def show_value(self, value: str, more: str = "") -> None:
        """Show a value."""
        self._value.setText(value)
        self._more.setText(more or " ")
        self.setAccessibleName(f"{self._name}: {value} {more}".strip())

    @property
    def value(self) -> str:
        """What is shown."""
        return self._value.text()


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
