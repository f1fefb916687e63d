"""Fields in which a person sets something; the mouse wheel changes only the one that has focus.

Every field of the window is one of these, so that scrolling a page never changes a setting on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSlider, QSpinBox

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QWidget

    _Field = QWidget
else:
    _Field = object  # a widget has one class of Qt's as its base

_MARGIN = 8  # Qt leaves the style sheet's padding out where the arrows are styled


class _WheelNeedsFocus(_Field):
    """Leaves the wheel to the page below, unless somebody is in this field."""

    def _take_focus_by_click_or_key(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Change the value only where that is meant."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class NumberField(_WheelNeedsFocus, QSpinBox):
    """A spin box whose number keeps its distance from the edge; it tells of whole entries only."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self._take_focus_by_click_or_key()
        self.setRange(least, most)
        self.setGroupSeparatorShown(True)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(_MARGIN, 0, 0, 0)


class DecimalField(_WheelNeedsFocus, QDoubleSpinBox):
    """A spin box for a number with decimals."""

    def __init__(self, least: float, most: float, *, step: float, decimals: int) -> None:
        super().__init__()
        self._take_focus_by_click_or_key()
        self.setDecimals(decimals)
        self.setRange(least, most)
        self.setSingleStep(step)
        self.lineEdit().setTextMargins(_MARGIN, 0, 0, 0)


class Choice(_WheelNeedsFocus, QComboBox):
    """One of several entries."""

    def __init__(self) -> None:
        super().__init__()
        self._take_focus_by_click_or_key()


class Slider(_WheelNeedsFocus, QSlider):
    """A value on a line."""

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self._take_focus_by_click_or_key()
