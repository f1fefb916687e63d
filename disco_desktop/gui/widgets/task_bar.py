"""The bar above a task's pages: back, the task's name, and its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QToolButton

from disco_desktop.gui.icons import icon
from disco_desktop.gui.theme.tokens import MEDIUM, SMALL
from disco_desktop.gui.widgets.layout import row
from disco_desktop.gui.widgets.stepper import Step, Stepper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.gui.navigation import Navigator
    from disco_desktop.gui.theme.theme import Theme


class TaskBar(QFrame):
    """Shown on the pages that belong to a task's way.

    Attributes:
        stepper: the steps; emits the name of the one that is chosen.
    """

    def __init__(self, theme: Theme, navigator: Navigator) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._theme = theme
        back = QAction(self.tr("Back"), self)
        back.setShortcut(QKeySequence.StandardKey.Back)
        back.setStatusTip(self.tr("Go back to where you were"))
        back.triggered.connect(navigator.back)
        self._back = back
        button = QToolButton()
        button.setDefaultAction(back)
        button.setAccessibleName(self.tr("Back"))
        self.stepper = Stepper(theme)
        self.setLayout(row(button, self.stepper, spacing=MEDIUM, margin=SMALL))
        theme.changed.connect(self._paint)
        self._paint()
        self.hide()

    def show_steps(self, steps: Sequence[Step], current: str) -> None:
        """Show where one is on the way."""
        self.stepper.show_steps(steps, current)
        self.show()

    def _paint(self) -> None:
        self._back.setIcon(icon("back", self._theme.tokens.muted))
