"""A field for a whole number."""

from __future__ import annotations

from PySide6.QtWidgets import QSpinBox

_MARGIN = 8  # Qt leaves the style sheet's padding out where the arrows are styled


class NumberField(QSpinBox):
    """A spin box whose number keeps its distance from the edge; it tells of whole entries only."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self.setRange(least, most)
        self.setGroupSeparatorShown(True)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(_MARGIN, 0, 0, 0)
