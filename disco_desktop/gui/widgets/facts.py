"""Pairs of a name and a value, in two columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from disco_desktop.gui.theme.tokens import LARGE, SMALL
from disco_desktop.gui.widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence


class Facts(QWidget):
    """Names at the left, values at the right; a value may be a widget to change it."""

    def __init__(self, facts: Sequence[tuple[str, str | QWidget]] = ()) -> None:
        super().__init__()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(LARGE)
        self._grid.setVerticalSpacing(SMALL)
        self._grid.setColumnStretch(1, 1)
        self.setLayout(self._grid)
        self.show_facts(facts)

    def show_facts(self, facts: Sequence[tuple[str, str | QWidget]]) -> None:
        """Show these pairs."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.setParent(None)
                widget.deleteLater()
        for place, (name, value) in enumerate(facts):
            label = Text(name, tone="muted", is_wrapped=False)
            shown = Text(value, is_selectable=True) if isinstance(value, str) else value
            top = Qt.AlignmentFlag.AlignTop
            middle = Qt.AlignmentFlag.AlignVCenter
            self._grid.addWidget(label, place, 0, top if isinstance(value, str) else middle)
            if isinstance(value, str):
                self._grid.addWidget(shown, place, 1, top)
            else:
                label.setBuddy(shown)
                self._grid.addWidget(shown, place, 1, Qt.AlignmentFlag.AlignLeft | middle)
