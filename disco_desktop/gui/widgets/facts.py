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
        self._labels: list[tuple[Text, QWidget]] = []
        self.show_facts(facts)

    def show_facts(self, facts: Sequence[tuple[str, str | QWidget]]) -> None:
        """Show these pairs; where all that changes is words, the labels stay as they are."""
        if self._show_other_words(facts):
            return
        self._labels = []
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, (name, value) in enumerate(facts):
            label = Text(name, tone="muted", is_wrapped=False)
            shown = Text(value, is_selectable=True) if isinstance(value, str) else value
            self._labels.append((label, shown))
            top = Qt.AlignmentFlag.AlignTop
            middle = Qt.AlignmentFlag.AlignVCenter
            self._grid.addWidget(label, place, 0, top if isinstance(value, str) else middle)
            if isinstance(value, str):
                self._grid.addWidget(shown, place, 1, top)
            else:
                label.setBuddy(shown)
                self._grid.addWidget(shown, place, 1, Qt.AlignmentFlag.AlignLeft | middle)

    def _show_other_words(self, facts: Sequence[tuple[str, str | QWidget]]) -> bool:
        """Put other words into the labels that are there; tell whether they fit."""
        if len(facts) != len(self._labels):
            return False
        pairs = list(zip(self._labels, facts, strict=True))
        if not all(isinstance(shown, Text) and isinstance(value, str)
                   for (_, shown), (_, value) in pairs):  # fmt: skip
            return False
        for (label, shown), (name, value) in pairs:
            label.setText(name)
            assert isinstance(shown, Text)  # noqa: S101
            assert isinstance(value, str)  # noqa: S101
            shown.setText(value)
        return True
