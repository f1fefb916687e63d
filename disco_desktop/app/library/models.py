"""The models of this machine: found, renamed, deleted and had back, exported and imported."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from disco_desktop.app.library.observable import Observable
from disco_desktop.engine.errors import DiscoError
from disco_desktop.engine.memory.deleted_models import DeletedModels
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.memory.model_description import ModelDescription
    from disco_desktop.engine.memory.record import ModelRecord

LibraryState: TypeAlias = Literal["loading", "loaded", "error"]

# What is found at the start and older than this is what a crash left, not what somebody may undo.
_LEFT_BEHIND = 60.0  # seconds

_log = logger(__name__)


@dataclass(frozen=True)
class _Contents:
    """What a look at the disk found."""

    records: Sequence[ModelRecord]
    damaged: Sequence[str]


class Library(Observable):
    """The memory of this machine as a window shows it; all work on files is done in threads.

    A deleted model leaves the list and the memory at once. Its file is kept until the deletion is
    final, or the library is closed; a crash leaves it deleted.

    Attributes:
        state: whether the models were found.
        records: the models, the newest first.
        damaged: names of the files that could not be read and were set aside.
        error: why the models could not be found.
    """

    def __init__(self, memory: DiskMemory) -> None:
        super().__init__()
        self.state: LibraryState = "loading"
        self.records: Sequence[ModelRecord] = ()
        self.damaged: Sequence[str] = ()
        self.error: DiscoError | None = None
        self._memory = memory
        self._deleted = DeletedModels(memory)
        self._pending: set[str] = set()
        self._looking = asyncio.Lock()
        self._has_tidied = False

    @property
    def folder(self) -> Path:
        """Where the models are kept."""
        return self._memory.root

    def record(self, model_id: str) -> ModelRecord | None:
        """Return what is known of a model."""
        return next((record for record in self.records if record.id == model_id), None)

    async def refresh(self) -> None:
        """Look at the disk; whoever observes is told of what is there."""
        async with self._looking:
            try:
                found = await asyncio.to_thread(self._look)
            except DiscoError as error:
                self.error = error
                self._go("error")
                return
            self.error = None
            self.records, self.damaged = found.records, found.damaged
            self._go("loaded")

    def _look(self) -> _Contents:
        records = self._memory.list()
        if not self._has_tidied:
            self._has_tidied = True
            try:
                self._deleted.throw_away_older_than(_LEFT_BEHIND)
            except DiscoError as error:
                _log.warning("deleted models are still there: %s", error)
        return _Contents(records, self._memory.damaged())

    def _go(self, state: LibraryState) -> None:
        self.state = state
        self.changed()

    async def describe(self, model_id: str) -> ModelDescription:
        """Return all that a model's file tells but its weights.

        Raises:
            ModelError: there is no such model, or its file is damaged.
        """
        return await asyncio.to_thread(self._memory.describe, model_id)

    async def rename(self, model_id: str, name: str) -> ModelRecord:
        """Give a model another name, made unique where it is taken.

        Raises:
            ModelError: there is no such model, or the name cannot be used.
            StorageError: it could not be written.
        """
        record = await asyncio.to_thread(self._memory.rename, model_id, name)
        await self.refresh()
        return record

    async def export(self, model_id: str, path: Path) -> None:
        """Write a copy of a model.

        Raises:
            ModelError: there is no such model, or its file is damaged.
            StorageError: it could not be written.
        """
        await asyncio.to_thread(self._memory.export_file, model_id, path)

    async def import_file(self, path: Path) -> ModelRecord:
        """Keep a copy of somebody's model file.

        Raises:
            ModelError: it is not a model that can be trusted and used here.
            StorageError: it could not be written.
        """
        record = await asyncio.to_thread(self._memory.import_file, path)
        await self.refresh()
        return record

    async def delete(self, model_ids: Sequence[str]) -> None:
        """Take models out of the memory; until the deletion is final they can be had back.

        Raises:
            ModelError: there is no such model.
            StorageError: it could not be done.
        """
        self.records = [record for record in self.records if record.id not in set(model_ids)]
        self.changed()
        try:
            await self._each(self._deleted.delete, model_ids, self._pending.add)
        finally:
            await self.refresh()

    def can_restore(self, model_id: str) -> bool:
        """Tell whether a model was deleted and can still be had back."""
        return model_id in self._pending

    async def restore(self, model_ids: Sequence[str]) -> None:
        """Put deleted models back.

        Raises:
            ModelError: one is gone for good.
            StorageError: it could not be done.
        """
        try:
            await self._each(self._deleted.restore, model_ids, self._pending.discard)
        finally:
            await self.refresh()

    async def make_final(self, model_ids: Iterable[str]) -> None:
        """Delete the files of deleted models for good.

        Raises:
            StorageError: it could not be done.
        """
        pending = [model_id for model_id in model_ids if model_id in self._pending]
        await self._each(self._deleted.throw_away, pending, self._pending.discard)

    async def _each(
        self,
        change: Callable[[str], object],
        model_ids: Sequence[str],
        note: Callable[[str], object],
    ) -> None:
        for model_id in model_ids:
            await asyncio.to_thread(change, model_id)
            note(model_id)

    async def close(self) -> None:
        """Make all deletions final."""
        try:
            await self.make_final(tuple(self._pending))
        except DiscoError as error:
            _log.warning("deleted models are still there: %s", error)
