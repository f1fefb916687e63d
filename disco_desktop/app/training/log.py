"""What has been reported of a training so far: its log in order, and its curves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from disco_desktop.app.processes.worker_messages import Finished, Happened, Started, TrafficCounted
from disco_desktop.engine.events import (
    Attendee,
    BatchTrained,
    EpochTrained,
    Metrics,
    ParticipantsChanged,
    RosterChanged,
    RoundEnded,
    StatusChanged,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.app.processes.worker_messages import BatchesTrained, WorkerMessage
    from disco_desktop.engine.events import Event, Status


@dataclass(kw_only=True)
class ParticipantLog:
    """What one participant has reported.

    Attributes:
        number: from one.
        batch: its last batch.
        present, minimum: how many take part in its session, and how many a round needs.
        attendees: who takes part, by id, in the order in which they came.
    """

    number: int
    started: Started | None = None
    status: Status | None = None
    present: int = 0
    minimum: int = 0
    attendees: dict[str, Attendee] = field(default_factory=dict)
    batch: BatchTrained | None = None
    epochs: list[EpochTrained] = field(default_factory=list)
    rounds: list[RoundEnded] = field(default_factory=list)
    bytes_sent: int = 0
    bytes_received: int = 0
    finished: Finished | None = None

    def take(self, message: WorkerMessage) -> None:
        """Enter a message."""
        match message:
            case Started():
                self.started = message
            case Happened():
                self._take_event(message.event)
            case TrafficCounted():
                kinds = message.traffic.values()
                self.bytes_sent = sum(kind.bytes_sent for kind in kinds)
                self.bytes_received = sum(kind.bytes_received for kind in kinds)
            case Finished():
                self.finished = message

    def _take_event(self, event: Event) -> None:
        match event:
            case StatusChanged():
                self.status = event.status
            case ParticipantsChanged():
                self.present, self.minimum = event.participants, event.minimum
            case RosterChanged():
                for node in event.gone:
                    self.attendees.pop(node, None)
                self.attendees |= {one.node: one for one in event.present}
            case BatchTrained():
                self.batch = event
            case EpochTrained():
                self.epochs.append(event)
            case RoundEnded():
                self.rounds.append(event)


@dataclass(frozen=True, kw_only=True)
class RoundSummary:
    """One round over all participants of this machine.

    Attributes:
        seconds: of whoever took longest.
        participants: how many contributed, those elsewhere included.
        validation: of the weights after aggregation, over all samples held out here.
    """

    round: int
    seconds: float
    participants: int
    validation: Metrics


class TrainingLog:
    """What all participants of this machine have reported."""

    def __init__(self, participants: int) -> None:
        self.participants = [ParticipantLog(number=number + 1) for number in range(participants)]

    def take(self, participant: int, message: WorkerMessage) -> None:
        """Enter what a participant's worker said."""
        self.participants[participant - 1].take(message)

    def rounds(self) -> list[RoundSummary]:
        """Return the rounds that every participant has ended."""
        complete = min(len(participant.rounds) for participant in self.participants)
        return [
            _summary([participant.rounds[place] for participant in self.participants])
            for place in range(complete)
        ]


def _summary(events: list[RoundEnded]) -> RoundSummary:
    return RoundSummary(
        round=events[0].round,
        seconds=max(event.seconds for event in events),
        participants=max(event.participants for event in events),
        validation=pooled([event.validation for event in events]),
    )


def pooled(figures: Iterable[Metrics]) -> Metrics:
    """Return the mean of figures, weighted by the samples behind each."""
    known = [figure for figure in figures if figure.samples]
    samples = sum(figure.samples for figure in known)
    if not samples:
        return Metrics(loss=0.0, accuracy=0.0, samples=0)
    shares = [figure.accuracy for figure in known if figure.accuracy is not None]
    return Metrics(
        loss=sum(figure.loss * figure.samples for figure in known) / samples,
        accuracy=sum(share * figure.samples for share, figure in zip(shares, known, strict=True))
        / samples
        if shares
        else None,
        samples=samples,
    )


LARGEST_BATCHES = 4_000  # points


@dataclass(kw_only=True)
class Figures:
    """One quantity, by epoch and by batch."""

    batches: list[float] = field(default_factory=list)
    training: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


@dataclass(kw_only=True)
class Curves:
    """Loss over the epochs, and accuracy where there is one.

    Attributes:
        batch_epochs: where each batch lies, in epochs.
        epochs: the epochs that are done.
        rounds: the epochs at whose end the participants exchanged.
    """

    loss: Figures = field(default_factory=Figures)
    accuracy: Figures = field(default_factory=Figures)
    batch_epochs: list[float] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)

    def take_batches(self, told: BatchesTrained) -> None:
        """Enter batches; where there are too many to draw, two are joined to their mean."""
        self.batch_epochs += told.epochs
        self.loss.batches += told.losses
        self.accuracy.batches += told.accuracies
        while len(self.batch_epochs) > LARGEST_BATCHES:
            del self.batch_epochs[: len(self.batch_epochs) // 2 * 2 : 2]
            for figures in (self.loss, self.accuracy):
                figures.batches = _joined(figures.batches)

    def take_epoch(self, event: EpochTrained) -> None:
        """Enter an epoch."""
        self.epochs.append(event.epoch)
        self.loss.training.append(event.training.loss)
        self.loss.validation.append(event.validation.loss)
        if event.training.accuracy is not None and event.validation.accuracy is not None:
            self.accuracy.training.append(event.training.accuracy)
            self.accuracy.validation.append(event.validation.accuracy)

    def take_round(self, event: RoundEnded) -> None:
        """Mark the exchange after the epochs so far."""
        if self.epochs and event.participants > 1:
            self.rounds.append(self.epochs[-1])


def _joined(values: list[float]) -> list[float]:
    """Return the means of each two values that follow each other; an odd one stays."""
    pairs = zip(values[::2], values[1::2], strict=False)
    means = [(first + second) / 2 for first, second in pairs]
    return means + values[len(means) * 2 :]
