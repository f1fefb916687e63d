"""The result of `disco train` as JSON; scripts rely on these names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from disco_desktop.app.training.log import ParticipantLog, TrainingLog
    from disco_desktop.app.training.plan import TrainingPlan
    from disco_desktop.engine.events import Metrics


class Figures(Struct, kw_only=True):
    """Mean loss and share of right answers; null where numbers are predicted."""

    loss: float
    accuracy: float | None


class Epoch(Struct, kw_only=True):
    """One epoch of a participant."""

    round: int
    epoch: int
    training: Figures
    validation: Figures


class Round(Struct, kw_only=True):
    """One round over all participants."""

    round: int
    seconds: float
    participants: int


class Participant(Struct, kw_only=True):
    """One participant of this machine.

    Attributes:
        training, validation: of the last epoch, before its weights went into the round.
        final: in JSON `global`: of the final weights, on this participant's validation part.
        model: name of its model in the memory, if it was kept.
    """

    id: int
    weights_sha256: str
    epochs: list[Epoch]
    training: Figures
    validation: Figures
    final: Figures = field(name="global")
    bytes_sent: int
    bytes_received: int
    model: str | None


class Result(Struct, kw_only=True):
    """The whole of it."""

    task: str
    scheme: str
    users: int
    seconds: float
    rounds: list[Round]
    participants: list[Participant]


def train_result(plan: TrainingPlan, log: TrainingLog, seconds: float) -> Result:
    """Put a finished training into the form of the JSON."""
    return Result(
        task=plan.task.id,
        scheme=plan.scheme,
        users=plan.users,
        seconds=round(seconds, 3),
        rounds=[
            Round(
                round=summary.round,
                seconds=round(summary.seconds, 4),
                participants=summary.participants,
            )
            for summary in log.rounds()
        ],
        participants=[_participant(participant) for participant in log.participants],
    )


def _participant(log: ParticipantLog) -> Participant:
    finished = log.finished
    if finished is None or not log.epochs:
        raise ValueError(f"participant {log.number} has not finished")
    last = log.epochs[-1]
    return Participant(
        id=log.number,
        weights_sha256=finished.weights_sha256,
        epochs=[
            Epoch(
                round=event.round,
                epoch=event.epoch,
                training=_figures(event.training),
                validation=_figures(event.validation),
            )
            for event in log.epochs
        ],
        training=_figures(last.training),
        validation=_figures(last.validation),
        final=_figures(finished.validation),
        bytes_sent=log.bytes_sent,
        bytes_received=log.bytes_received,
        model=finished.model.name if finished.model else None,
    )


def _figures(metrics: Metrics) -> Figures:
    return Figures(loss=metrics.loss, accuracy=metrics.accuracy)
