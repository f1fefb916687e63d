"""The memory: where models and checkpoints of this machine are kept, or one that keeps nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NoReturn

from disco_desktop.engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from disco_desktop.engine.memory.record import ModelRecord
    from disco_desktop.engine.memory.stored_model import StoredModel


class CheckpointSlot(ABC):
    """The place for the checkpoints of one training; the last one counts."""

    @abstractmethod
    def hold(self) -> None:
        """Claim the slot for this training.

        Raises:
            StorageError: another training holds it, or the folder cannot be written.
        """

    @abstractmethod
    def release(self) -> None:
        """Let go of the slot. Safe to call more than once."""

    @abstractmethod
    def write(self, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
        """Keep a checkpoint in place of the one before.

        Raises:
            StorageError: it could not be written; the one before is still there.
        """

    @abstractmethod
    def read(self) -> tuple[dict[str, NDArray[Any]], dict[str, str]] | None:
        """Return the last whole checkpoint, if there is one.

        Raises:
            ModelError: there are checkpoints, but all of them are damaged.
        """

    @abstractmethod
    def clear(self) -> None:
        """Throw the checkpoints away.

        Raises:
            StorageError: it could not be done.
        """


class Memory(ABC):
    """Models by id and by name.

    A model is asked for by its id, by its exact name, or by the path of a model file.
    """

    @abstractmethod
    def save(self, model: StoredModel) -> ModelRecord:
        """Keep a model, in place of the one with the same id if there is one.

        Returns:
            The record as kept: the name made unique, the size filled in.

        Raises:
            StorageError: it could not be written; what was kept before still is.
        """

    @abstractmethod
    def load(self, which: str) -> StoredModel:
        """Return a model.

        Raises:
            ModelError: there is no such model, or its file is damaged.
        """

    @abstractmethod
    def list(self) -> list[ModelRecord]:
        """Return what is kept, the newest first. Damaged files are set aside and left out."""

    @abstractmethod
    def rename(self, which: str, name: str) -> ModelRecord:
        """Give a model another name, made unique where it is taken.

        Raises:
            ModelError: there is no such model, or the name cannot be used.
            StorageError: it could not be written.
        """

    @abstractmethod
    def delete(self, which: str) -> None:
        """Throw a model away.

        Raises:
            ModelError: there is no such model.
            StorageError: it could not be done.
        """

    @abstractmethod
    def export_file(self, which: str, path: Path) -> None:
        """Write a copy of a model for somebody else, in place of what is at `path`.

        Raises:
            ModelError: there is no such model, or its file is damaged.
            StorageError: it could not be written.
        """

    @abstractmethod
    def import_file(self, path: Path) -> ModelRecord:
        """Keep a copy of somebody's model file.

        Raises:
            ModelError: it is not a model file of ours, or one that must not be trusted.
            TaskError: the task in it breaks the schema.
            StorageError: it could not be kept.
        """

    @abstractmethod
    def checkpoint_slot(self, name: str) -> CheckpointSlot:
        """Return the slot of this name; it need not exist yet."""


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
