"""The theme in force, its palette and icons, and changes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from disco_desktop.gui.theme.style_sheet import style_sheet
from disco_desktop.gui.theme.tokens import DARK, LIGHT, Tokens
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

_Role = QPalette.ColorRole


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette of a theme."""
    colours = {
        _Role.Window: tokens.ground,
        _Role.WindowText: tokens.text,
        _Role.Base: tokens.surface,
        _Role.AlternateBase: tokens.sunken,
        _Role.Text: tokens.text,
        _Role.PlaceholderText: tokens.muted,
        _Role.Button: tokens.surface,
        _Role.ButtonText: tokens.text,
        _Role.BrightText: tokens.danger,
        _Role.ToolTipBase: tokens.text,
        _Role.ToolTipText: tokens.surface,
        _Role.Highlight: tokens.accent,
        _Role.HighlightedText: tokens.on_accent,
        _Role.Accent: tokens.accent,
        _Role.Link: tokens.accent,
        _Role.LinkVisited: tokens.accent,
        _Role.Light: tokens.surface,
        _Role.Midlight: tokens.sunken,
        _Role.Mid: tokens.border,
        _Role.Dark: tokens.strong_border,
        _Role.Shadow: tokens.border,
    }
    palette = QPalette()
    for role, colour in colours.items():
        palette.setColor(role, QColor(colour))
    faded = QColor(tokens.muted)
    faded.setAlphaF(0.6)
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return palette


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


_SCALES = (1, 2)


def icon(name: str, colour: str, *, checked: str = "", size: int = 20) -> QIcon:
    """Return an icon, sharp on screens of both densities.

    Args:
        name: of its drawing.
        colour: of its lines.
        checked: their colour on a button that is checked, where it is another one.
        size: of its sides in pixels.
    """
    drawing = resource("icons", f"{name}.svg").read_text()
    result = QIcon()
    for pixmap in _pixmaps(drawing, colour, size):
        result.addPixmap(pixmap)
    if checked:
        for pixmap in _pixmaps(drawing, checked, size):
            result.addPixmap(pixmap, QIcon.Mode.Normal, QIcon.State.On)
    return result


def _pixmaps(drawing: str, colour: str, size: int) -> Iterator[QPixmap]:
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
    for scale in _SCALES:
        pixmap = QPixmap(size * scale, size * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size * scale, size * scale))
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        yield pixmap
