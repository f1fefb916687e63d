"""Trainings under way: a folder each, so that one that was interrupted can go on."""

from __future__ import annotations

import logging
import secrets
import shutil
from typing import TYPE_CHECKING, Self

import msgspec
from filelock import FileLock, Timeout

from disco_desktop.app.library.profile import memory_folder, trainings_folder
from disco_desktop.app.processes.worker_messages import (
    Finished,
    Happened,
    Started,
    TrafficCounted,
    decode_message,
    encode_line,
)
from disco_desktop.app.training.identities import hold_free_identities, hold_identities
from disco_desktop.app.training.plan import decode_plan, encode_plan, task_digest_in_plan
from disco_desktop.engine.durable_files import private_folder, replaced_durably, sync_folder
from disco_desktop.engine.errors import DiscoError, StorageError
from disco_desktop.engine.events import EpochTrained, RoundEnded
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.storage import storing_in
from disco_desktop.engine.task.task import encode_task
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.processes.worker_messages import WorkerMessage
    from disco_desktop.app.training.identities import HeldIdentities
    from disco_desktop.app.training.plan import TrainingPlan, Wishes

LARGEST_NUMBER = 10  # interrupted trainings that are kept; the oldest go

_PLAN = "plan.json"
_SESSION = "session"
_IDENTITIES = "identities"
_FINISHED = "finished"
_LOCK = "lock"

# What the wishes that a plan may contradict are called on the command line.
_OPTIONS = {
    "users": "--users",
    "same_data": "--same-data",
    "scheme": "--scheme",
    "server": "--server",
    "fingerprint": "--fingerprint",
    "relay_only": "--relay-only",
    "peer_port": "--peer-port",
    "epochs": "--epochs",
    "round_duration": "--round-duration",
    "batch_size": "--batch-size",
    "keeps": "--keep",
    "seed": "--seed",
    "save_as": "--save",
}

_log = logger(__name__)


class TrainingFolder:
    """What a training keeps beside its checkpoints, held by one program at a time.

    It holds the plan, the bundled server's tasks and data, and the keys of participants that live
    as long as this training. Use it with `with`, which lets go of it and keeps what it holds.
    """

    def __init__(self, path: Path, plan: TrainingPlan, lock: FileLock) -> None:
        self.path = path
        self.plan = plan
        self._lock = lock
        self._identities: HeldIdentities | None = None
        self._reports: dict[int, list[WorkerMessage]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._identities is not None:
            self._identities.release()
        self._lock.release()

    @classmethod
    def begin(cls, plan: TrainingPlan) -> Self:
        """Make the folder of a new training.

        Raises:
            StorageError: it could not be made.
        """
        root = trainings_folder()
        with storing_in(root):
            private_folder(root)
            _forget_oldest(root)
            stamp = "".join(char for char in plan.created[:19] if char.isdigit())
            path = root / f"{stamp}-{secrets.token_hex(4)}"
            path.mkdir()
            lock = FileLock(path / _LOCK, thread_local=False)
            lock.acquire(blocking=False)
            with replaced_durably(path / _PLAN) as file:
                file.write(encode_plan(plan))
            sync_folder(root)
        return cls(path, plan, lock)

    @classmethod
    def find_interrupted(cls, wishes: Wishes) -> Self:
        """Hold the last interrupted training of a task with some data.

        What the wishes leave open is as it was planned; what they name must be the same.

        Raises:
            StorageError: there is none, or the last one was planned differently, or by a newer
                version.
        """
        contradiction: str | None = None
        is_newer = False
        for path in _newest_first(trainings_folder()):
            try:
                plan = _read_plan(path)
            except StorageError:
                is_newer = True
                continue
            if plan is None or (plan.task.id, plan.data) != (
                wishes.task,
                str(wishes.data.resolve()),
            ):
                continue
            differing = plan.contradiction(wishes)
            if differing is not None:
                contradiction = contradiction or differing
                continue
            lock = FileLock(path / _LOCK, thread_local=False)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            return cls(path, plan, lock)
        if contradiction is not None:
            raise StorageError("resume_differs", option=_OPTIONS[contradiction])
        if is_newer:
            raise StorageError("training_newer")
        raise StorageError("nothing_to_resume", task=wishes.task)

    @classmethod
    def hold(cls, path: Path) -> Self:
        """Hold the folder of a training that was interrupted.

        Raises:
            StorageError: there is none, or another program carries it out, or it is of a newer
                version.
        """
        plan = _read_plan(path)
        if plan is None:
            raise StorageError("nothing_to_resume", task=path.name)
        lock = FileLock(path / _LOCK, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise StorageError("training_under_way") from error
        return cls(path, plan, lock)

    @property
    def former_digest(self) -> str | None:
        """The task's digest as the version took it that began the training."""
        return task_digest_in_plan((self.path / _PLAN).read_bytes())

    @property
    def tasks_dir(self) -> Path:
        """The folder of what the bundled server offers."""
        return self.path / "tasks"

    @property
    def weights_file(self) -> Path:
        """The file of the weights that the training begins with."""
        return self.tasks_dir / self.plan.task.id / "weights.safetensors"

    def write_task(self) -> None:
        """Write the task for the bundled server.

        Raises:
            StorageError: it could not be written.
        """
        folder = self.weights_file.parent
        with storing_in(folder):
            private_folder(folder)
            with replaced_durably(folder / "task.json") as file:
                file.write(encode_task(self.plan.task))

    @property
    def server_dir(self) -> Path:
        """The folder of what the bundled server keeps."""
        return self.path / "server"

    def identity_files(self) -> list[Path]:
        """Return the files of the participants' keys, the same ones when the training goes on.

        With the bundled server they live as long as the training; another one knows this
        installation by its own.

        Raises:
            StorageError: they cannot be kept, or another training speaks with them.
        """
        if self.plan.server is None:
            users = range(1, self.plan.users + 1)
            return [self.path / f"identity-{participant}.pem" for participant in users]
        if self._identities is None:
            self._identities = self._hold_identities()
        return self._identities.paths

    def _hold_identities(self) -> HeldIdentities:
        path = self.path / _IDENTITIES
        if path.exists():
            numbers = [int(number) for number in path.read_text().split()]
            return hold_identities(self.plan.task.id, numbers)
        held = hold_free_identities(self.plan.task.id, self.plan.users)
        with storing_in(self.path), replaced_durably(path) as file:
            file.write(" ".join(map(str, held.numbers)).encode())
        return held

    def slot(self, participant: int) -> str:
        """The name of a participant's checkpoints in the memory."""
        return f"{self.path.name}-{participant}"

    def held_dir(self, participant: int) -> Path:
        """The folder of the common model that a participant holds for its peers."""
        return self.path / f"held-{participant}"

    @property
    def session(self) -> int | None:
        """The server's number of the session that this training is part of, once it is known."""
        try:
            return int((self.path / _SESSION).read_text())
        except (OSError, ValueError):
            return None

    def keep_session(self, number: int) -> None:
        """Keep the session's number, to come back to it.

        Raises:
            StorageError: it could not be written.
        """
        if number != self.session:
            with storing_in(self.path), replaced_durably(self.path / _SESSION) as file:
                file.write(str(number).encode())

    def keep_report(self, participant: int, message: WorkerMessage) -> None:
        """Keep what a participant has to show for its training, once that is complete.

        Raises:
            StorageError: it could not be written.
        """
        reports = self._reports.setdefault(participant, [])
        if not _is_lasting(message):
            return
        if (
            reports
            and isinstance(message, TrafficCounted)
            and isinstance(reports[-1], TrafficCounted)
        ):
            reports.pop()
        reports.append(message)
        if isinstance(message, Finished):
            path = self.path / f"{_FINISHED}-{participant}"
            with storing_in(self.path), replaced_durably(path) as file:
                file.writelines(encode_line(report) for report in reports)

    def finished_reports(self) -> dict[int, list[WorkerMessage]]:
        """Return the reports of those participants whose training is complete."""
        finished: dict[int, list[WorkerMessage]] = {}
        for participant in range(1, self.plan.users + 1):
            path = self.path / f"{_FINISHED}-{participant}"
            if path.exists():
                lines = path.read_bytes().splitlines()
                finished[participant] = [decode_message(line) for line in lines]
        return finished

    def discard(self) -> None:
        """Throw away what was only needed to go on: the training is done."""
        _discard(self.path, self.plan.users)


def _is_lasting(message: WorkerMessage) -> bool:
    """Tell whether a message belongs to the account of a training, and not to its moments."""
    if isinstance(message, Happened):
        return isinstance(message.event, EpochTrained | RoundEnded)
    return isinstance(message, Started | TrafficCounted | Finished)


def interrupted_trainings() -> dict[Path, TrainingPlan]:
    """Return the plans of trainings that were begun and nobody carries out now, latest first."""
    found: dict[Path, TrainingPlan] = {}
    for path in _newest_first(trainings_folder()):
        try:
            with TrainingFolder.hold(path) as folder:
                found[path] = folder.plan
        except StorageError as error:
            level = logging.WARNING if error.code == "training_newer" else logging.DEBUG
            _log.log(level, "%s is not to be gone on with: %s", path.name, error)
    return found


def _newest_first(root: Path) -> list[Path]:
    return sorted(root.glob("*-*"), reverse=True) if root.is_dir() else []


def _read_plan(path: Path) -> TrainingPlan | None:
    """Read a training's plan; one that was killed before it had any has none.

    Raises:
        StorageError: it is of a newer version.
    """
    try:
        return decode_plan((path / _PLAN).read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        _log.debug("no plan in %s: %s", path, error)
        return None


def _forget_oldest(root: Path) -> None:
    """Make room for one more, leaving those alone that are being trained."""
    for path in _newest_first(root)[LARGEST_NUMBER - 1 :]:
        try:
            plan = _read_plan(path)
            with FileLock(path / _LOCK, blocking=False):
                pass
        except (StorageError, Timeout):  # a newer version's, which that one goes on with
            continue
        _discard(path, plan.users if plan else 0)


def _discard(path: Path, users: int) -> None:
    memory = DiskMemory(memory_folder())
    for participant in range(1, users + 1):
        try:
            memory.forget_slot(f"{path.name}-{participant}")
        except DiscoError as error:
            _log.debug("checkpoints of %s stay: %s", path.name, error)
    # The plan goes first: without it nobody would try to go on with the rest.
    (path / _PLAN).unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)
