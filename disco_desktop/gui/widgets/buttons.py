"""Buttons that stand for actions, of which some come and others go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from disco_desktop.gui.widgets.card import row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction

Role: TypeAlias = Literal["", "primary", "danger", "quiet", "navigation"]


class ActionButton(QPushButton):
    """A button for an action: text, icon, tip and whether it can be pressed follow the action."""

    def __init__(self, action: QAction, role: Role = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(18, 18))
        self.setCheckable(action.isCheckable())
        self._action = action
        self._is_shown = True
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._follow()

    def _follow(self) -> None:
        action = self._action
        self.setText(action.text())
        self.setIcon(action.icon())
        self.setToolTip(action.statusTip() or action.toolTip())
        self.setStatusTip(action.statusTip())
        self.setEnabled(action.isEnabled())
        if action.isVisible() != self._is_shown:  # without need, it would open as a window
            self._is_shown = action.isVisible()
            self.setVisible(self._is_shown)
        self.setChecked(action.isChecked())


class CommandButtons(QWidget):
    """A row of buttons for actions; those that are offered are shown.

    Who was at a button that goes is led to the first that is there. By itself the focus would move
    to whatever comes next, and a page would scroll there.
    """

    def __init__(self, roles: Mapping[QAction, Role]) -> None:
        super().__init__()
        self._buttons = {action: ActionButton(action, role) for action, role in roles.items()}
        self.setLayout(row(*self._buttons.values()))

    def offer(self, *actions: QAction) -> None:
        """Show the buttons of these actions, and hide the others."""
        for action in actions:
            action.setVisible(True)
        offered = [button for action, button in self._buttons.items() if action in actions]
        # The window's own focus: it may lie behind another program's window just now.
        focused = self.window().focusWidget()
        if focused in self._buttons.values() and focused not in offered:
            first = next((button for button in offered if button.isEnabled()), None)
            if first is not None:
                first.setFocus()
            else:
                focused.clearFocus()
        for action in self._buttons:
            action.setVisible(action in actions)
