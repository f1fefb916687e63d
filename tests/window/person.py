"""Somebody in front of the window: sees what is visible, clicks and types."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QListView, QScrollArea, QSpinBox, QWidget

from disco_desktop.gui.widgets.card import ChoiceCard

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 120.0  # seconds
LOOK_SECONDS = 0.05  # between two looks at the window, each of which goes through all its parts


class Person:
    """Uses the mouse and the keyboard, and nothing else."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    async def sees(self, words: str) -> None:
        """Wait until some words are to be read somewhere in the window."""
        await self.until(lambda: any(words in text for text in self._texts()), f"to see {words!r}")

    def reads(self, *words: str) -> bool:
        """Tell whether any of some words stands in the window now."""
        return any(word in text for text in self._texts() for word in words)

    def _texts(self) -> list[str]:
        labels = self._window.findChildren(QLabel)
        return [label.text() for label in labels if label.isVisible()]

    async def click(self, name: str) -> None:
        """Click what is called so, once it is there and can be clicked."""
        await self.until(lambda: self._find(name) is not None, f"to click {name!r}")
        widget = self._find(name)
        assert widget is not None
        self._bring_into_view(widget)
        await asyncio.sleep(0)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())

    def _find(self, name: str) -> QWidget | None:
        kinds = (
            *self._window.findChildren(QAbstractButton),
            *self._window.findChildren(ChoiceCard),
        )
        for widget in kinds:
            shown = widget.accessibleName()
            if isinstance(widget, QAbstractButton):
                shown = widget.text().replace("&", "") or shown
            if shown == name and widget.isVisible() and widget.isEnabled():
                return widget
        return None

    async def click_row(self, text: str) -> None:
        """Click the row of a list that says so."""
        await self.until(lambda: self._row(text) is not None, f"to click the row {text!r}")
        found = self._row(text)
        assert found is not None
        view, place = found
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def _row(self, text: str):  # type: ignore[no-untyped-def]
        for view in self._window.findChildren(QListView):
            if not view.isVisible() or view.model() is None:
                continue
            for row in range(view.model().rowCount()):
                index = view.model().index(row, 0)
                if text in str(index.data()):
                    return view, view.visualRect(index).center()
        return None

    async def type_number(self, name: str, number: int) -> None:
        """Write a number into a field."""
        field = next(
            spin for spin in self._window.findChildren(QSpinBox) if spin.accessibleName() == name
        )
        self._bring_into_view(field)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, str(number))
        QTest.keyClick(field, Qt.Key.Key_Return)

    def _bring_into_view(self, widget: QWidget) -> None:
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget)
            parent = parent.parentWidget()

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():  # noqa: ASYNC110 - what one sees has no event of its own
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            shown = "\n".join(text for text in self._texts() if text.strip())
            raise AssertionError(f"waited in vain {what}; in the window:\n{shown}") from None
