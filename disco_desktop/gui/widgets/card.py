"""Cards: areas that hold what belongs together, and such that can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLayout, QSizePolicy, QWidget

from disco_desktop.gui.theme.tokens import MEDIUM
from disco_desktop.gui.widgets.layout import Item, column
from disco_desktop.gui.widgets.text import restyle

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent


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
