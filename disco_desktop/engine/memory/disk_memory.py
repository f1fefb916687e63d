"""The memory on this machine's disk: one safetensors file a model."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock, Timeout

from disco_desktop.engine.durable_files import SHARED, private_folder, replaced_durably, sync_folder
from disco_desktop.engine.errors import DiscoError, ModelError, StorageError
from disco_desktop.engine.memory.memory import CheckpointSlot, Memory
from disco_desktop.engine.memory.model_description import (
    ModelDescription,
    read_description,
    read_record,
)
from disco_desktop.engine.memory.record import ModelRecord, clean_name, new_model_id, unique_name
from disco_desktop.engine.memory.storage import default_root, set_aside, storage_error, storing_in
from disco_desktop.engine.weights.tensor_header import is_damage
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disco_desktop.engine.memory.stored_model import StoredModel

_SUFFIX = ".safetensors"
_PATIENCE = 30.0  # seconds that a change waits for another program's change
_SLOT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,150}")

_log = logger(__name__)


class DiskMemory(Memory):
    """A folder of model files; several programs may use it at once.

    A change holds a lock, so that names stay unique. A file is replaced as a whole, so that
    readers need none. The record in the file is the only truth: there is no index to go stale.
    What handles weights is imported when it is first needed: a window that lists models and
    describes them does without numpy.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or default_root()
        self._models = self.root / "models"
        self._damaged = self.root / "damaged"

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Keep other programs from changing the memory, and clear away what a killed one left."""
        with storing_in(self.root):
            private_folder(self.root)
            private_folder(self._models)
            try:
                lock = FileLock(self.root / "lock").acquire(timeout=_PATIENCE)
            except Timeout as error:
                raise StorageError("memory_busy", folder=str(self.root)) from error
            with lock:
                for leftover in self._models.glob(".*.new"):
                    leftover.unlink(missing_ok=True)
                yield

    def save(self, model: StoredModel) -> ModelRecord:
        """Write a model's file; a model that was renamed meanwhile keeps its new name."""
        with self.changing():
            return self._save(model)

    def _save(self, model: StoredModel) -> ModelRecord:
        others = {record.id: record.name for record in self.list()}
        own = others.pop(model.record.id, None)
        name = own or unique_name(clean_name(model.record.name), others.values())
        path = self.path_of(model.record.id)
        _write_whole(path, model.named(msgspec.structs.replace(model.record, name=name)))
        return read_record(path)

    def path_of(self, model_id: str) -> Path:
        """Return the file of the model with this id, whether or not there is one."""
        return self._models / f"{model_id}{_SUFFIX}"

    def load(self, which: str) -> StoredModel:
        """Read a model, from the memory or from a file anywhere."""
        path = self._find(which)
        try:
            return _read_whole(path)
        except ModelError as error:
            if path.parent == self._models and is_damage(error):
                raise self._refuse(path, error) from error
            raise

    def describe(self, which: str) -> ModelDescription:
        """Return what a model's file tells without its weights.

        Raises:
            ModelError: there is no such model, or its file is damaged.
        """
        return read_description(self._find(which))

    def _find(self, which: str) -> Path:
        """Return the file of a model asked for by id, name or path."""
        records = self.list()
        for record in records:
            if which == record.id:
                return self.path_of(record.id)
        for record in records:
            if which == record.name:
                return self.path_of(record.id)
        if which in {path.stem for path in self._files()}:  # a newer version's, to be named as that
            return self.path_of(which)
        path = Path(which)
        if _is_file(path):
            return path
        raise ModelError("model_unknown", model=which, known=[record.name for record in records])

    def _refuse(self, path: Path, error: DiscoError) -> ModelError:
        """Set a damaged file of ours aside and return the error that names it."""
        try:
            aside = set_aside(path, self._damaged)
        except OSError as reason:
            _log.warning("the damaged model %s stays where it is: %s", path, reason)
            aside = path
        _log.warning("a model was damaged and is kept as %s: %s", aside, error)
        return ModelError("model_damaged", file=str(aside), detail=str(error))

    def list(self) -> list[ModelRecord]:
        """Read the records of all files."""
        records: list[ModelRecord] = []
        for path in self._files():
            try:
                record = read_record(path)
                if record.id != path.stem:
                    raise ModelError("model_file_invalid", file=str(path), detail="another id")
            except ModelError as error:
                if is_damage(error):
                    self._refuse(path, error)
                elif error.code != "model_file_missing":  # deleted while we looked
                    _log.warning("a model cannot be read: %s", error)
                continue
            records.append(record)
        return sorted(records, key=lambda record: (record.created, record.id), reverse=True)

    def _files(self) -> tuple[Path, ...]:
        try:
            return tuple(path for path in self._models.glob(f"*{_SUFFIX}") if path.name[0] != ".")
        except OSError as error:
            raise storage_error(self._models, error) from error

    def damaged(self) -> tuple[str, ...]:
        """Return the names of the files that were set aside."""
        return tuple(sorted(path.name for path in self._damaged.glob("*")))

    def rename(self, which: str, name: str) -> ModelRecord:
        """Write the file again under its new name: the record is part of it."""
        cleaned = clean_name(name)
        with self.changing():
            model = self._own(which)
            others = {record.name for record in self.list() if record.id != model.record.id}
            record = msgspec.structs.replace(model.record, name=unique_name(cleaned, others))
            path = self.path_of(record.id)
            _write_whole(path, model.named(record))
            return read_record(path)

    def _own(self, which: str) -> StoredModel:
        """Load a model of this memory, not one of somebody's files."""
        model = self.load(which)
        if not _is_file(self.path_of(model.record.id)) or which not in (
            model.record.id,
            model.record.name,
        ):
            known = [record.name for record in self.list()]
            raise ModelError("model_unknown", model=which, known=known)
        return model

    def delete(self, which: str) -> None:
        """Delete a model's file."""
        with self.changing():
            path = self._find(which)
            if path.parent != self._models:
                known = [record.name for record in self.list()]
                raise ModelError("model_unknown", model=which, known=known)
            path.unlink(missing_ok=True)
            sync_folder(self._models)

    def export_file(self, which: str, path: Path) -> None:
        """Write a copy of a model, checked on the way."""
        self.load(which)
        with (
            storing_in(path.parent),
            self._find(which).open("rb") as own,
            replaced_durably(path, mode=SHARED) as copy,
        ):
            shutil.copyfileobj(own, copy, 1 << 20)

    def import_file(self, path: Path) -> ModelRecord:
        """Copy a model file in, under an id and a name that are free here."""
        model = _read_whole(path)
        with self.changing():
            ids = {path.stem for path in self._files()}
            is_known = model.record.id in ids
            model_id = new_model_id() if is_known else model.record.id
            return self._save(model.named(msgspec.structs.replace(model.record, id=model_id)))

    def checkpoint_slot(self, name: str) -> CheckpointSlot:
        """Return the slot of this name, a folder of its own."""
        from disco_desktop.engine.memory.disk_checkpoints import DiskCheckpoints

        return DiskCheckpoints(self._slot_folder(name), self._damaged)

    def forget_slot(self, name: str) -> None:
        """Throw a slot away with all that is in it; nobody may hold it.

        Raises:
            StorageError: it could not be done.
        """
        with storing_in(self.root):
            folder = self._slot_folder(name)
            if folder.exists():
                shutil.rmtree(folder)

    def _slot_folder(self, name: str) -> Path:
        if not _SLOT_NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a slot")
        return self.root / "checkpoints" / name


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long for a name, or with a NUL in it
        return False


def _read_whole(path: Path) -> StoredModel:
    from disco_desktop.engine.memory.stored_model import read_stored_model

    return read_stored_model(path)


def _write_whole(path: Path, model: StoredModel) -> None:
    from disco_desktop.engine.memory.stored_model import write_stored_model

    write_stored_model(path, model)
