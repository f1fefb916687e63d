"""A memory that keeps nothing, for measuring and for trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.memory import CheckpointSlot, Memory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from disco_desktop.engine.memory.record import ModelRecord
    from disco_desktop.engine.memory.stored_model import StoredModel


class NoCheckpoints(CheckpointSlot):
    """A slot that stays empty."""

    def hold(self) -> None:
        """Do nothing: there is nothing to fight over."""

    def release(self) -> None:
        """Do nothing."""

    def write(self, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
        """Do nothing."""

    def read(self) -> None:
        """Return nothing."""

    def clear(self) -> None:
        """Do nothing."""


class NoMemory(Memory):
    """Forgets every model at once."""

    def save(self, model: StoredModel) -> ModelRecord:
        """Return the record as it is."""
        return model.record

    def load(self, which: str) -> NoReturn:
        """Raise ModelError: nothing is kept."""
        raise ModelError("model_unknown", model=which, known=[])

    def list(self) -> list[ModelRecord]:
        """Return an empty list."""
        return []

    def rename(self, which: str, name: str) -> NoReturn:
        """Raise ModelError: nothing is kept."""
        self.load(which)

    def delete(self, which: str) -> NoReturn:
        """Raise ModelError: nothing is kept."""
        self.load(which)

    def export_file(self, which: str, path: Path) -> NoReturn:
        """Raise ModelError: nothing is kept."""
        self.load(which)

    def import_file(self, path: Path) -> NoReturn:
        """Raise ModelError: nothing can be kept."""
        raise ModelError("model_not_kept", file=str(path))

    def checkpoint_slot(self, name: str) -> CheckpointSlot:
        """Return a slot that stays empty."""
        return NoCheckpoints()
