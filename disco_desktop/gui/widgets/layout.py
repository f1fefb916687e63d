"""Columns and rows with the application's distances."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

from PySide6.QtCore import QMargins
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from disco_desktop.gui.theme.tokens import MEDIUM, SMALL

Item: TypeAlias = QWidget | QLayout | int | None
_Layout = TypeVar("_Layout", bound=QBoxLayout)


def column(*items: Item, spacing: int = MEDIUM, margin: int = 0) -> QVBoxLayout:
    """Put items under each other; a number is extra space, None what stretches."""
    return _filled(QVBoxLayout(), items, spacing, margin)


def row(*items: Item, spacing: int = SMALL, margin: int = 0) -> QHBoxLayout:
    """Put items beside each other; a number is extra space, None what stretches."""
    return _filled(QHBoxLayout(), items, spacing, margin)


def _filled(layout: _Layout, items: tuple[Item, ...], spacing: int, margin: int) -> _Layout:
    layout.setSpacing(spacing)
    layout.setContentsMargins(QMargins(margin, margin, margin, margin))
    for item in items:
        match item:
            case None:
                layout.addStretch(1)
            case int():
                layout.addSpacing(item)
            case QLayout():
                layout.addLayout(item)
            case _:
                layout.addWidget(item)
    return layout


def line() -> QFrame:
    """Return a thin horizontal line."""
    frame = QFrame()
    frame.setProperty("role", "line")
    return frame
