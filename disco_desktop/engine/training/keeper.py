"""The keeper: writes a training's checkpoints and model while the training goes on."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.training.checkpoint import decode_checkpoint, encode_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.engine.memory.memory import Memory
    from disco_desktop.engine.memory.record import ModelRecord
    from disco_desktop.engine.memory.stored_model import StoredModel
    from disco_desktop.engine.training.checkpoint import Checkpoint

_Result = TypeVar("_Result")


class Keeper:
    """One thread that writes one thing at a time; training does not wait for the disk.

    Attributes:
        memory: where models and checkpoints go.
        is_kept: whether the model goes to the memory, or the checkpoints alone.
    """

    def __init__(self, memory: Memory, slot: str, *, is_kept: bool = True) -> None:
        self.memory = memory
        self.is_kept = is_kept
        self._slot = memory.checkpoint_slot(slot)
        self._thread = ThreadPoolExecutor(1, "disco-keeper")
        self._writing: Future[None] | None = None

    async def open(self) -> None:
        """Claim the checkpoints for this training.

        Raises:
            StorageError: another training uses them, or the folder cannot be written.
        """
        await self._run(self._slot.hold)

    async def last_checkpoint(self) -> Checkpoint | None:
        """Return the checkpoint to go on from, if there is one.

        Raises:
            ModelError: there was one, but it is damaged or of another version.
        """
        found = await self._run(self._slot.read)
        return None if found is None else decode_checkpoint(*found)

    @property
    def is_busy(self) -> bool:
        """Whether the checkpoint before is still being written."""
        return self._writing is not None and not self._writing.done()

    def begin_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Begin to write a checkpoint; `take_problem` tells later if it failed."""

        def write() -> None:
            self._slot.write(*encode_checkpoint(checkpoint))

        self._writing = self._thread.submit(write)

    @property
    def has_outcome(self) -> bool:
        """Whether a checkpoint was brought to its end that was not asked about yet."""
        return self._writing is not None and self._writing.done()

    def take_problem(self) -> StorageError | None:
        """Return, once, why that checkpoint could not be written; nothing if it was."""
        if self._writing is None:
            return None
        problem = self._writing.exception()
        self._writing = None
        if problem is None or isinstance(problem, StorageError):
            return problem
        raise problem

    async def settle(self) -> None:
        """Wait until the checkpoint is on the disk, or has failed."""
        if self._writing is not None:
            written = asyncio.wrap_future(self._writing)
            written.add_done_callback(_heed)
            await asyncio.wait([written])

    async def save_model(self, model: StoredModel) -> ModelRecord | None:
        """Put the model as far as it has come into the memory.

        Raises:
            StorageError: it could not be written; what was saved before still is.
        """
        return await self._run(lambda: self.memory.save(model)) if self.is_kept else None

    async def clear(self) -> None:
        """Throw the checkpoints away: the training is complete.

        Raises:
            StorageError: it could not be done.
        """
        await self._run(self._slot.clear)

    async def close(self) -> None:
        """Wait for what is being written and let go of the checkpoints."""
        await self._run(self._slot.release)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        """Run in the thread, to the end even where the caller is cancelled."""
        running = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise


def _heed(written: asyncio.Future[None]) -> None:
    """Look at a failure, which `take_problem` tells of: else asyncio prints its traceback."""
    if not written.cancelled():
        written.exception()
