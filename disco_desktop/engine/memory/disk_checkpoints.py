"""Checkpoints on disk: two files in turn, so that one whole checkpoint is always there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from disco_desktop.engine.durable_files import private_folder, sync_folder
from disco_desktop.engine.errors import ModelError, StorageError
from disco_desktop.engine.memory.memory import CheckpointSlot
from disco_desktop.engine.memory.storage import set_aside, storing_in
from disco_desktop.engine.weights.tensor_file import read_tensors, write_tensors
from disco_desktop.engine.weights.tensor_header import is_damage, read_header
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

_SEQUENCE = "sequence"

_log = logger(__name__)


class DiskCheckpoints(CheckpointSlot):
    """A folder with at most two checkpoints, of which the higher sequence number is the last."""

    def __init__(self, folder: Path, damaged: Path) -> None:
        self._folder = folder
        self._damaged = damaged
        self._files = [folder / "even.safetensors", folder / "odd.safetensors"]
        self._lock = FileLock(folder / "lock", thread_local=False)
        self._sequence: int | None = None

    def hold(self) -> None:
        """Claim the slot, and clear away what a killed training left half written."""
        with storing_in(self._folder):
            private_folder(self._folder)
            try:
                self._lock.acquire(timeout=0)
            except Timeout as error:
                raise StorageError("training_already_running") from error
            for leftover in self._folder.glob(".*.new"):
                leftover.unlink(missing_ok=True)

    def release(self) -> None:
        """Let go of the slot."""
        self._lock.release()

    def write(self, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
        """Write over the older of the two files."""
        sequence = 1 + (self._last_sequence() if self._sequence is None else self._sequence)
        with storing_in(self._folder):
            private_folder(self._folder)
            path = self._files[sequence % 2]
            write_tensors(path, tensors, {**metadata, _SEQUENCE: str(sequence)})
        self._sequence = sequence

    def _last_sequence(self) -> int:
        return max((sequence for sequence, _ in self._readable()), default=0)

    def read(self) -> tuple[dict[str, NDArray[Any]], dict[str, str]] | None:
        """Read the last checkpoint, or the one before where the last one is damaged."""
        was_there = any(path.exists() for path in self._files)
        for sequence, path in sorted(self._readable(), reverse=True):
            try:
                tensors, metadata = read_tensors(path)
            except ModelError as error:
                self._refuse(path, error)
                continue
            self._sequence = sequence
            return tensors, metadata
        if was_there:
            raise ModelError("checkpoint_damaged", folder=str(self._damaged))
        return None

    def _readable(self) -> list[tuple[int, Path]]:
        """Return the files whose header can be read, with their sequence numbers."""
        found: list[tuple[int, Path]] = []
        for path in self._files:
            if not path.exists():
                continue
            try:
                number = read_header(path).metadata.get(_SEQUENCE, "")
            except ModelError as error:
                self._refuse(path, error)
                continue
            if not number.isdecimal() or len(number) > 15:
                self._refuse(path, ModelError("model_file_invalid", file=str(path)))
                continue
            found.append((int(number), path))
        return found

    def _refuse(self, path: Path, error: ModelError) -> None:
        """Set a damaged checkpoint aside; one that cannot be read at the moment is an error."""
        if not is_damage(error):
            raise error
        with storing_in(self._damaged):
            aside = set_aside(path, self._damaged)
        _log.warning("a checkpoint was damaged and is kept as %s: %s", aside, error)

    def clear(self) -> None:
        """Delete both files."""
        with storing_in(self._folder):
            for path in self._files:
                path.unlink(missing_ok=True)
            if self._folder.exists():
                sync_folder(self._folder)
        self._sequence = None
