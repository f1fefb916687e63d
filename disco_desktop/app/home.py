"""Where everything lies that this application keeps for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.memory.storage import default_root

if TYPE_CHECKING:
    from pathlib import Path


def memory_folder() -> Path:
    """Return the folder of the models and checkpoints."""
    return default_root()


def trainings_folder() -> Path:
    """Return the folder of the trainings under way, each in a folder of its own."""
    return default_root().parent / "trainings"


def identities_folder() -> Path:
    """Return the folder of the keys by which servers know this installation."""
    return default_root().parent / "identities"


def home_folder() -> Path:
    """Return the folder that all others lie in."""
    return default_root().parent
