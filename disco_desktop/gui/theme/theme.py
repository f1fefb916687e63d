"""The theme in force, and changes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QObject, Qt, Signal

from disco_desktop.gui.theme.palette import palette_of
from disco_desktop.gui.theme.style_sheet import style_sheet
from disco_desktop.gui.theme.tokens import DARK, LIGHT, Tokens

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

ThemeChoice: TypeAlias = Literal["system", "light", "dark"]


class Theme(QObject):
    """Draws the application light or dark: as chosen, or as the system does.

    Attributes:
        changed: emitted once everything has its new colours.
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: ThemeChoice = "system") -> None:
        super().__init__(application)
        self._application = application
        self._choice: ThemeChoice = choice
        self.tokens: Tokens = LIGHT
        self._is_in_force = False
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def choice(self) -> ThemeChoice:
        """What the person chose."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Change the theme."""
        self._choice = choice
        self._apply()

    def _system_changed(self) -> None:
        if self._choice == "system":
            self._apply()

    def _apply(self) -> None:
        is_dark = self._choice == "dark" or (self._choice == "system" and self._is_system_dark())
        tokens = DARK if is_dark else LIGHT
        if self._is_in_force and tokens is self.tokens:
            return  # every widget would be styled anew
        self.tokens, self._is_in_force = tokens, True
        self._application.setPalette(palette_of(self.tokens))
        self._application.setStyleSheet(style_sheet(self.tokens))
        self.changed.emit()

    def _is_system_dark(self) -> bool:
        return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
