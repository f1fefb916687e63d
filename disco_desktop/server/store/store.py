"""What a room asks of the place where it keeps its state, wherever that is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.messages import ModelReference
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.manifest import Manifest
    from disco_desktop.engine.weights.weights import Weights


@dataclass(frozen=True, kw_only=True)
class TaskRecord:
    """A task that the server offers, and the model that it began with."""

    task: Task
    digest: str
    manifest: Manifest
    initial: ModelReference

    @property
    def is_kept_by_participants(self) -> bool:
        """Whether only the participants have the models that come of it, and not the server."""
        return self.task.collaboration.scheme == "decentralized"


@dataclass(frozen=True, kw_only=True)
class RoomRecord:
    """The lasting state of a room: one session of one task.

    Attributes:
        model: the current one; in a decentralized session the participants keep it after the
            first round, and the server only knows which one it is.
        attempt: the number of the present round's last attempt; zero before the first.
    """

    task_digest: str
    session: int
    rounds: int
    round: int
    model: ModelReference
    attempt: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether all rounds of the session are done."""
        return self.round >= self.rounds


@dataclass(frozen=True, kw_only=True)
class ContributionRecord:
    """An acknowledged contribution. Its values lie in the spool until they are aggregated.

    Of one that went from peer to peer nothing was ever here but who made it of how many samples.
    """

    participant: str
    base_round: int
    samples: int
    largest: float
    digest: str


@dataclass(frozen=True, kw_only=True)
class RoundRecord:
    """A round that has closed: who made the model of `round`."""

    round: int
    model: ModelReference
    contributions: tuple[ContributionRecord, ...]
    seconds: float

    @property
    def contributors(self) -> frozenset[str]:
        """Everybody who contributed."""
        return frozenset(contribution.participant for contribution in self.contributions)


@dataclass(frozen=True, kw_only=True)
class RoundClosing:
    """What a round is made of, when it closes."""

    contributions: tuple[ContributionRecord, ...]
    seconds: float


class Store(ABC):
    """Lasting state. Every method returns once what it wrote would survive a power cut.

    All raise StorageError(`server_storage`) where it cannot be read or written; then nothing of the
    call has happened.
    """

    @abstractmethod
    def add_task(self, task: Task, initial: Weights) -> TaskRecord:
        """Offer a task with its first model. One of the same id takes the place of the old one."""

    @abstractmethod
    def tasks(self) -> dict[str, TaskRecord]:
        """Return the tasks on offer, by id."""

    @abstractmethod
    def room(self, task_digest: str, session: int | None = None) -> RoomRecord | None:
        """Return a task's room: of one session, or the latest."""

    @abstractmethod
    def open_room(self, room: RoomRecord) -> None:
        """Begin a session."""

    @abstractmethod
    def present(self, room: RoomRecord) -> frozenset[str]:
        """Return the participants that were there when the room was last heard of."""

    @abstractmethod
    def set_present(self, room: RoomRecord, participant: str, is_present: bool) -> None:
        """Note that a participant joined or left."""

    @abstractmethod
    def spool(self, room: RoomRecord, participant: str, base_round: int) -> Path:
        """Return where the bytes of an upload go."""

    @abstractmethod
    def contribution_path(self, room: RoomRecord, contribution: ContributionRecord) -> Path:
        """Return the file with the values of an acknowledged contribution."""

    @abstractmethod
    def accept(self, room: RoomRecord, contribution: ContributionRecord) -> None:
        """Make a whole upload, which is synced, a contribution: its file first, then its row."""

    @abstractmethod
    def contributions(self, room: RoomRecord) -> list[ContributionRecord]:
        """Return the contributions that are acknowledged and not yet in a model."""

    @abstractmethod
    def counts_in(self, room: RoomRecord, participant: str, base_round: int) -> int | None:
        """Return the round whose model an acknowledged contribution is part of, or will be.

        Nothing where there is no such contribution.
        """

    @abstractmethod
    def contributed(self, room: RoomRecord, participant: str) -> int | None:
        """Return the base round of somebody's latest acknowledged contribution, if there is one."""

    @abstractmethod
    def drop(self, room: RoomRecord, contribution: ContributionRecord) -> None:
        """Take back a contribution whose values are lost, so that it can be sent again."""

    @abstractmethod
    def close_round(self, room: RoomRecord, weights: Weights, closed: RoundClosing) -> RoomRecord:
        """Keep the next model and count its contributions, all or nothing."""

    @abstractmethod
    def begin_attempt(self, room: RoomRecord, attempt: int) -> RoomRecord:
        """Note that an attempt's number is used, before anybody is told of it."""

    @abstractmethod
    def agree(self, room: RoomRecord, model: ModelReference, closed: RoundClosing) -> RoomRecord:
        """Note which model the participants made and keep, and who is part of it."""

    @abstractmethod
    def rounds(self, room: RoomRecord) -> list[RoundRecord]:
        """Return the rounds that have closed, in order."""

    @abstractmethod
    def model_path(self, digest: str) -> Path:
        """Return the file of a model: its values as little-endian float32, nothing else."""

    @abstractmethod
    def model_pieces(self, digest: str) -> bytes | None:
        """Return the digests of a model's pieces, or nothing where no such model is kept."""

    @abstractmethod
    def load_model(self, model: ModelReference, manifest: Manifest) -> Weights:
        """Read a model back, and check every bit of it."""

    @abstractmethod
    def discard(self, room: RoomRecord, participant: str) -> None:
        """Delete what came of a participant's unfinished uploads."""

    @abstractmethod
    def forget_round(
        self, room: RoomRecord, contributions: tuple[ContributionRecord, ...], *, too_late: int
    ) -> None:
        """Delete what is needed no longer, once a round has closed.

        That is the spooled values of counted contributions, unfinished uploads that go back to the
        round `too_late` or further, and models that nobody asks for.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of everything."""
