"""The keyboard shortcuts that there are, found where they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from disco_desktop.gui.pages.page import Page
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Shortcut:
    """Keys, what they do, and where."""

    where: str
    what: str
    keys: str


def shortcuts_in(window: QWidget) -> list[Shortcut]:
    """Return the shortcuts of a window's actions, and those that hold in every window."""
    found = {
        Shortcut(_where(action), _plain(action.text()), _keys(action))
        for action in window.findChildren(QAction)
        if not action.shortcut().isEmpty() and action.text()
    }
    everywhere = tr("Everywhere")
    ordered = sorted(found, key=lambda one: (one.where != everywhere, one.where, one.what))
    return [*_general(), *ordered]


def _general() -> list[Shortcut]:
    everywhere = tr("Everywhere")
    return [
        Shortcut(everywhere, tr("Go to the next field or button"), tr("Tab")),
        Shortcut(everywhere, tr("Go to the previous field or button"), tr("Shift+Tab")),
        Shortcut(everywhere, tr("Press the button"), tr("Space")),
        Shortcut(everywhere, tr("Open the selected item"), tr("Enter")),
    ]


def _where(action: QAction) -> str:
    """Return the name of the page that an action belongs to."""
    names = {
        "home": tr("Home"),
        "tasks": tr("Tasks"),
        "task": tr("A task"),
        "data": tr("Data"),
        "train": tr("Training"),
        "test": tr("Test"),
        "predict": tr("Use"),
        "library": tr("Models"),
        "model": tr("A model"),
        "settings": tr("Settings"),
        "welcome": tr("Welcome"),
    }
    owner: QObject | None = action.parent()
    while owner is not None and not isinstance(owner, Page):
        owner = owner.parent()
    return names.get(owner.name, tr("Everywhere")) if owner is not None else tr("Everywhere")


def _plain(text: str) -> str:
    """Return an action's text without the mark of its mnemonic."""
    return text.replace("&", "").rstrip("…")


def _keys(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
