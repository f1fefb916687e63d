"""Buttons that stand for actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

if TYPE_CHECKING:
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
