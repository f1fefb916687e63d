"""Models that somebody deleted and can still have back for a while."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from disco_desktop.engine.durable_files import sync_folder
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.model_description import read_record

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.memory.record import ModelRecord


class DeletedModels:
    """A folder beside the models, which a deleted model's file is moved to.

    From the moment it is moved no program lists the model, and a crash or a power cut leaves it
    deleted. Its file goes when it is thrown away, or later with all that were left behind.
    """

    def __init__(self, memory: DiskMemory) -> None:
        self._memory = memory
        self._folder = memory.root / "deleted"

    def delete(self, model_id: str) -> None:
        """Take a model out of the memory.

        Raises:
            ModelError: there is no such model.
            StorageError: it could not be done.
        """
        path = self._memory.path_of(model_id)
        with self._memory.changing():
            self._folder.mkdir(exist_ok=True)
            try:
                os.utime(path)  # its age here is the time since it was deleted
                path.replace(self._place(model_id))
            except FileNotFoundError as error:
                raise ModelError("model_unknown", model=model_id) from error
            sync_folder(self._folder)
            sync_folder(path.parent)

    def restore(self, model_id: str) -> ModelRecord:
        """Put a model back; another one that took its name meanwhile keeps that.

        Raises:
            ModelError: it was thrown away already, or is damaged.
            StorageError: it could not be done.
        """
        path = self._memory.path_of(model_id)
        with self._memory.changing():
            try:
                self._place(model_id).replace(path)
            except FileNotFoundError as error:
                raise ModelError("model_unknown", model=model_id) from error
            sync_folder(path.parent)
            sync_folder(self._folder)
        record = read_record(path)
        if any(
            other.name == record.name and other.id != record.id for other in self._memory.list()
        ):
            return self._memory.rename(record.id, record.name)
        return record

    def throw_away(self, model_id: str) -> None:
        """Delete a model's file for good. One that is gone already is no error.

        Raises:
            StorageError: it could not be done.
        """
        with self._memory.changing():
            self._place(model_id).unlink(missing_ok=True)
            if self._folder.exists():
                sync_folder(self._folder)

    def throw_away_older_than(self, seconds: float) -> None:
        """Delete for good what a program that ended unexpectedly left behind.

        Younger ones may be those of another program that is running, and can still be restored.

        Raises:
            StorageError: it could not be done.
        """
        if not self._folder.exists():
            return
        with self._memory.changing():
            for path in self._folder.glob("*.safetensors"):
                if abs(time.time() - path.stat().st_mtime) > seconds:
                    path.unlink(missing_ok=True)

    def _place(self, model_id: str) -> Path:
        return self._folder / self._memory.path_of(model_id).name
