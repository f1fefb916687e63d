"""Buttons for what can be done now, of which some come and others go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from disco_desktop.gui.widgets.buttons import ActionButton, Role
from disco_desktop.gui.widgets.layout import row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction


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
