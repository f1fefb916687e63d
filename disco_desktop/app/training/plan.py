"""What is to be trained, by how many and how: a person's options, completed by the task."""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct, structs

from disco_desktop.app.server.api import fetch_task
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.default_tasks.registry import find_task, task_id, task_providers
from disco_desktop.engine.errors import StorageError, TaskError
from disco_desktop.engine.memory.record import clean_name
from disco_desktop.engine.task.protection import LessProtectionError, weakenings
from disco_desktop.engine.task.task import SCHEMA_VERSION as TASK_SCHEMA
from disco_desktop.engine.task.task import (
    SMALLEST_SECRET_GROUP,
    Keeps,
    Scheme,
    Task,
    decode_task,
    encode_task,
    written_digest,
)
from disco_desktop.engine.training.settings import TrainingSettings

if TYPE_CHECKING:
    from disco_desktop.app.library.settings import Settings
    from disco_desktop.engine.task.task import Training

LARGEST_SEED = (1 << 31) - 1
LARGEST_USERS = 64  # each is a process with torch in it, a quarter of a GB


class Wishes(Struct, frozen=True, kw_only=True):
    """What a person says about a training; None leaves it to the task.

    Attributes:
        data: the table, or the folder of tables.
        users: how many participants this machine plays.
        same_data: whether each of them has all the data, instead of a share.
        relay_only: whether peers are reached through the server alone.
        peer_port: the port at which peers may call the first participant.
        keeps: the weights to end with: the last ones, or those with the least validation loss.
        accepts_less_protection: train even where the server's task protects less than the one of
            that name on this machine.
        save_as: the name under which the first participant's model is kept; none to keep no model.
    """

    task: str
    data: Path
    users: int | None = None
    same_data: bool = False
    scheme: Scheme | None = None
    server: str | None = None
    fingerprint: str | None = None
    relay_only: bool = False
    peer_port: int | None = None
    epochs: int | None = None
    round_duration: int | None = None
    batch_size: int | None = None
    keeps: Keeps | None = None
    seed: int | None = None
    save_as: str | None = None
    accepts_less_protection: bool = False


SCHEMA_VERSION = 1
Users = Annotated[int, Meta(ge=1, le=LARGEST_USERS)]


class TrainingPlan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A training, complete: carried out again it gives the same weights, unless it is measured.

    Attributes:
        task: as it is trained, the wishes worked in.
        epochs, batch_size: as this machine's participants train, whatever a server's task says.
        is_measured: whether each participant finds out how its machine trains fastest, which may
            change the last bits of the weights.
        threads: processor threads of each participant; the engine's choice where it is None.
        created: UTC, ISO 8601.
        relay_only: whether peers are reached through the server alone.
        peer_port: the port at which peers may call the first participant; any that is free where
            it is None.
        device: to train on; the fastest there is where it is None.
        patience: seconds to wait for others before giving up.
    """

    schema_version: int = SCHEMA_VERSION
    task: Task
    data: str
    users: Users
    same_data: bool
    scheme: Scheme
    server: str | None
    fingerprint: str | None
    relay_only: bool = False
    peer_port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    epochs: int
    round_duration: int
    batch_size: int
    keeps: Keeps = "last"
    seed: int
    threads: int | None
    save_as: str | None
    created: str
    device: str | None = None
    patience: Annotated[float, Meta(gt=0)] = 1800.0
    is_measured: bool = False

    @property
    def needs_server(self) -> bool:
        """Whether the bundled server has a part in it."""
        return self.scheme != "local" and self.server is None

    def settings(self, participant: int) -> TrainingSettings:
        """Return how a participant trains, counted from one; each has a seed of its own."""
        return TrainingSettings(
            epochs=self.epochs,
            round_duration=self.round_duration,
            batch_size=self.batch_size,
            keeps=self.keeps,
            seed=participant_seed(self.seed, participant),
            threads=self.threads,
            is_measured=self.is_measured,
        )

    def contradiction(self, wishes: Wishes) -> str | None:
        """Return the name of a wish that this plan does not fulfil, if there is one."""
        planned = structs.asdict(self) | {"task": self.task.id, "data": Path(self.data)}
        wished = structs.asdict(wishes) | {
            "task": task_id(wishes.task),
            "data": wishes.data.resolve(),
        }
        if wishes.server is not None:
            address = ServerAddress(wishes.server, wishes.fingerprint)
            wished |= {"server": address.url, "fingerprint": address.fingerprint}
        del wished["accepts_less_protection"]  # a matter of the beginning alone
        for name, value in wished.items():
            is_wish = value not in (None, False)
            if is_wish and planned[name] != value:
                return name
        return None


def participant_seed(seed: int, participant: int) -> int:
    """Derive a participant's seed, so that no two shuffle alike."""
    digest = hashlib.sha256(f"{seed}:{participant}".encode()).digest()
    return int.from_bytes(digest[:4]) & LARGEST_SEED


async def make_plan(wishes: Wishes) -> TrainingPlan:
    """Complete a person's wishes with what the task says, asking the server where there is one.

    Raises:
        TaskError: the task is not known, or the wishes contradict each other.
        LessProtectionError: the server's task protects less than this machine's.
        ServerError: the server cannot be reached or does not have the task.
        ModelError: the model cannot be called that.
    """
    _check(wishes)
    address = ServerAddress(wishes.server, wishes.fingerprint) if wishes.server else None
    if address is None:
        task = find_task(wishes.task)
    else:
        task = await fetch_task(address, wishes.task)
        _check_scheme(wishes, task)
        if not wishes.accepts_less_protection:
            check_protection(task)
        _check_epochs(wishes, task)
    users = wishes.users or 1
    scheme = wishes.scheme or _usual_scheme(task, users, is_hosted=address is not None)
    if (wishes.relay_only or wishes.peer_port is not None) and scheme != "decentralized":
        raise TaskError("reach_without_peers")
    training = _training(task.training, wishes)
    if address is None:
        task = _own_task(task, training, users=users, scheme=scheme)
    return TrainingPlan(
        task=task,
        data=str(wishes.data.resolve()),
        users=users,
        same_data=wishes.same_data,
        scheme=scheme,
        server=address.url if address else None,
        fingerprint=address.fingerprint if address else None,
        relay_only=wishes.relay_only,
        peer_port=wishes.peer_port,
        epochs=training.epochs,
        round_duration=task.training.round_duration,
        batch_size=training.batch_size,
        keeps=wishes.keeps or "last",
        seed=secrets.randbelow(LARGEST_SEED) if wishes.seed is None else wishes.seed,
        threads=max(1, (os.cpu_count() or 1) // users) if users > 1 else None,
        save_as=None if wishes.save_as is None else clean_name(wishes.save_as),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        is_measured=wishes.seed is None,
    )


def with_settings(plan: TrainingPlan, settings: Settings) -> TrainingPlan:
    """Return a plan that keeps to what a person has set for all trainings."""
    share = settings.machine_share / 100
    threads = max(1, round((os.cpu_count() or 1) * share / plan.users))
    return structs.replace(
        plan,
        device=settings.device,
        patience=60.0 * settings.patience_minutes,
        relay_only=settings.relay_only,
        peer_port=None if settings.relay_only else settings.peer_port,
        threads=plan.threads if settings.machine_share == 100 else threads,
    )


def _check(wishes: Wishes) -> None:
    """Refuse wishes that cannot go together.

    Raises:
        TaskError: they cannot.
    """
    if wishes.server is None:
        if wishes.fingerprint is not None:
            raise TaskError("fingerprint_without_server")
        return
    if wishes.round_duration is not None:
        raise TaskError("round_duration_is_the_servers")
    if wishes.scheme == "local":
        raise TaskError("server_when_alone")


def _check_epochs(wishes: Wishes, task: Task) -> None:
    """Refuse more epochs than a server's session has: they would never be trained."""
    training = task.training
    most = training.rounds * training.round_duration
    if wishes.epochs is not None and wishes.epochs > most:
        raise TaskError("epochs_are_the_servers", most=most, rounds=training.rounds)


def _check_scheme(wishes: Wishes, task: Task) -> None:
    """Refuse another scheme than the one of a server's task."""
    if wishes.scheme not in (None, task.collaboration.scheme):
        raise TaskError("scheme_is_the_servers", scheme=task.collaboration.scheme)


def _training(training: Training, wishes: Wishes) -> Training:
    """Work the wishes into the task's training."""
    epochs = wishes.epochs or training.epochs
    # Fewer epochs than a round has are one round, unless somebody asks for a longer one.
    duration = wishes.round_duration or min(training.round_duration, epochs)
    if duration > epochs:
        raise TaskError("round_longer_than_training", round_duration=duration, epochs=epochs)
    return structs.replace(
        training,
        epochs=epochs,
        round_duration=duration,
        batch_size=wishes.batch_size or training.batch_size,
    )


def _usual_scheme(task: Task, users: int, *, is_hosted: bool) -> Scheme:
    """Return the scheme of somebody who did not choose: one participant has no peers."""
    scheme = task.collaboration.scheme
    is_lonely = scheme == "decentralized" and users == 1 and not is_hosted
    return "local" if is_lonely else scheme


def _own_task(task: Task, training: Training, *, users: int, scheme: Scheme) -> Task:
    """Return the task as the bundled server is to offer it, checked against the schema again.

    Raises:
        TaskError: too few participants for nobody's update to be seen.
    """
    is_secure = task.collaboration.is_secure and scheme == "decentralized"
    if is_secure and users < SMALLEST_SECRET_GROUP:
        raise TaskError("too_few_for_secure", least=SMALLEST_SECRET_GROUP)
    collaboration = structs.replace(
        task.collaboration,
        scheme=scheme,
        minimum_participants=users,
        aggregation=task.collaboration.aggregation if is_secure else "mean",
    )
    changed = structs.replace(task, training=training, collaboration=collaboration)
    return decode_task(encode_task(changed))


class _WrittenTask(Struct):
    schema_version: int = TASK_SCHEMA


class _Written(Struct):
    """Of a plan of any version: which version it is of."""

    task: _WrittenTask
    schema_version: int = SCHEMA_VERSION


def encode_plan(plan: TrainingPlan) -> bytes:
    """Write a plan as JSON."""
    return msgspec.json.encode(plan)


def decode_plan(content: bytes) -> TrainingPlan:
    """Read a plan.

    Raises:
        StorageError: `training_newer`: it is of a newer version.
        msgspec.DecodeError: it is none.
    """
    written = msgspec.json.decode(content, type=_Written)
    if written.schema_version > SCHEMA_VERSION or written.task.schema_version > TASK_SCHEMA:
        raise StorageError("training_newer")
    return msgspec.json.decode(content, type=TrainingPlan)


def check_protection(offered: Task) -> None:
    """Compare a server's task with the one of its name on this machine, if there is one.

    Raises:
        LessProtectionError: the server's protects less.
    """
    provider = task_providers().get(offered.id)
    if provider is not None and (found := weakenings(provider.get_task(), offered)):
        raise LessProtectionError(offered.id, found)


class _RawTask(Struct):
    task: msgspec.Raw


def task_digest_in_plan(content: bytes) -> str:
    """Return the digest that a plan's task had for the version that wrote the plan.

    Raises:
        msgspec.DecodeError: it is no plan.
    """
    return written_digest(bytes(msgspec.json.decode(content, type=_RawTask).task))
