"""The keyboard shortcuts that there are, found where they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence

from disco_desktop.gui.pages.page import Page

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QWidget


def _tr(text: str) -> str:
    return QCoreApplication.translate("Shortcuts", text)


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
    everywhere = _tr("Everywhere")
    ordered = sorted(found, key=lambda one: (one.where != everywhere, one.where, one.what))
    return [*_general(), *ordered]


def _general() -> list[Shortcut]:
    everywhere = _tr("Everywhere")
    return [
        Shortcut(everywhere, _tr("Go to the next field or button"), _tr("Tab")),
        Shortcut(everywhere, _tr("Go to the one before"), _tr("Shift+Tab")),
        Shortcut(everywhere, _tr("Press the button"), _tr("Space")),
        Shortcut(everywhere, _tr("Open what is chosen in a list"), _tr("Enter")),
    ]


def _where(action: QAction) -> str:
    """Return the name of the page that an action belongs to."""
    names = {
        "home": _tr("Home"),
        "tasks": _tr("Tasks"),
        "task": _tr("A task"),
        "data": _tr("Data"),
        "train": _tr("Training"),
        "test": _tr("Test"),
        "predict": _tr("Use"),
        "library": _tr("Models"),
        "model": _tr("A model"),
        "settings": _tr("Settings"),
        "welcome": _tr("Welcome"),
    }
    owner: QObject | None = action.parent()
    while owner is not None and not isinstance(owner, Page):
        owner = owner.parent()
    return names.get(owner.name, _tr("Everywhere")) if owner is not None else _tr("Everywhere")


def _plain(text: str) -> str:
    """Return an action's text without the mark of its mnemonic."""
    return text.replace("&", "").rstrip("…")


def _keys(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
