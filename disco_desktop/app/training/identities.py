"""The keys of this installation, claimed so that no two trainings speak as the same participant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from disco_desktop.app.library.profile import identities_folder
from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.memory.storage import storing_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LARGEST_NUMBER = 1_000


class HeldIdentities:
    """Some of an installation's keys in one task, held until they are released.

    Number one is the installation's own; the others are those of participants that it plays beside.

    Attributes:
        numbers: which ones.
        paths: their files, which need not exist yet.
    """

    def __init__(self, task_id: str, numbers: Sequence[int], locks: Sequence[FileLock]) -> None:
        self.numbers = list(numbers)
        self.paths = [_key_file(task_id, number) for number in numbers]
        self._locks = locks

    def release(self) -> None:
        """Let go of them. Safe to call more than once."""
        for lock in self._locks:
            lock.release()


def _key_file(task_id: str, number: int) -> Path:
    return identities_folder() / f"{task_id}-{number}.pem"


def hold_free_identities(task_id: str, count: int) -> HeldIdentities:
    """Hold the first `count` keys that no other training speaks with.

    Raises:
        StorageError: they cannot be kept, or this machine plays too many participants already.
    """
    held: dict[int, FileLock] = {}
    for number in range(1, LARGEST_NUMBER + 1):
        if len(held) == count:
            break
        if (lock := _try_to_lock(task_id, number)) is not None:
            held[number] = lock
    identities = HeldIdentities(task_id, list(held), list(held.values()))
    if len(held) < count:
        identities.release()
        raise StorageError("training_already_running")
    return identities


def hold_identities(task_id: str, numbers: Sequence[int]) -> HeldIdentities:
    """Hold particular keys again, to go on as the same participants.

    Raises:
        StorageError: another training speaks with one of them.
    """
    locks = [_try_to_lock(task_id, number) for number in numbers]
    held = [lock for lock in locks if lock is not None]
    identities = HeldIdentities(task_id, numbers, held)
    if len(held) < len(numbers):
        identities.release()
        raise StorageError("training_already_running")
    return identities


def _try_to_lock(task_id: str, number: int) -> FileLock | None:
    path = _key_file(task_id, number).with_suffix(".lock")
    with storing_in(path.parent):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(path, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        return lock
