"""What is said of a model, in a list and on its own page alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from disco_desktop.gui.wording import counted

if TYPE_CHECKING:
    from disco_desktop.engine.memory.record import ModelRecord


def _tr(text: str) -> str:
    return QCoreApplication.translate("ModelWords", text)


def company(record: ModelRecord) -> str:
    """Say with whom a model was trained."""
    if record.scheme == "local" or record.participants < 2:
        return _tr("alone")
    return counted(record.participants, _tr("participant"), _tr("participants"))
