"""What happens in a training, as one flat stream of typed events.

Every event can be written as JSON, since in the application it comes from another process. Events
are small: weights never travel in one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

Status: TypeAlias = Literal[
    "not enough participants",
    "updating model",
    "local training",
    "connecting to peers",
    "reconnecting",
    "paused",
]
Presence: TypeAlias = Literal["training", "contributed", "paused", "away"]


class Metrics(Struct, frozen=True, kw_only=True):
    """Mean loss and share of right answers over some samples; `samples` may be zero.

    There is no accuracy where numbers are predicted: none of them is simply right.
    """

    loss: float
    accuracy: float | None
    samples: int


class StatusChanged(Struct, frozen=True, kw_only=True, tag="status"):
    """What the participant is doing, or waiting for, has changed."""

    status: Status


class ParticipantsChanged(Struct, frozen=True, kw_only=True, tag="participants"):
    """Somebody joined, left or was away too long; how many take part now."""

    participants: int
    minimum: int


class Attendee(Struct, frozen=True, kw_only=True):
    """Somebody who takes part, and what it does.

    Attributes:
        node: its id on the network; one's own is that of the welcome.
        since: when it began to, in seconds of this machine's clock since 1970.
    """

    node: str
    presence: Presence
    since: float


class RosterChanged(Struct, frozen=True, kw_only=True, tag="roster"):
    """Who takes part has changed: somebody is new, does something else, or is gone."""

    present: Sequence[Attendee] = ()
    gone: Sequence[str] = ()


class ProblemArose(Struct, frozen=True, kw_only=True, tag="problem"):
    """Something failed that does not end the training, such as a checkpoint on a full disk.

    It is told once, and again only after `ProblemOver`. `code` and `arguments` are those of an
    error.
    """

    code: str
    arguments: Mapping[str, str | int | float | Sequence[str | int]] = {}


class ProblemOver(Struct, frozen=True, kw_only=True, tag="problem_over"):
    """What failed works again; `code` is that of the problem."""

    code: str


class BatchTrained(Struct, frozen=True, kw_only=True, tag="batch"):
    """One step of the optimiser. Rounds, epochs and batches are counted from one."""

    round: int
    epoch: int
    batch: int
    batches: int
    loss: float
    accuracy: float | None
    samples: int


class EpochTrained(Struct, frozen=True, kw_only=True, tag="epoch"):
    """One pass over the training part, with the model's figures on the validation part.

    `epoch` is counted over the whole training, from one; `seconds` is the training alone.
    """

    round: int
    epoch: int
    epochs: int
    training: Metrics
    validation: Metrics
    seconds: float
    peak_memory: int


class RoundEnded(Struct, frozen=True, kw_only=True, tag="round"):
    """The exchange at the end of a round is done, and the model holds its result.

    Attributes:
        round: the participant's own round, from one.
        model_round: the server's count of rounds that the weights have behind them; zero alone.
        participants: how many contributed to the result; one when training alone.
        validation: figures of the weights after aggregation, on the validation part.
        seconds: the whole round, waiting included.
        waited: the part of it spent between the end of training and the new weights.
        is_counted: whether this participant's own contribution is part of the result.
    """

    round: int
    rounds: int
    model_round: int
    participants: int
    validation: Metrics
    seconds: float
    waited: float
    is_counted: bool


Event: TypeAlias = (
    StatusChanged
    | ParticipantsChanged
    | RosterChanged
    | ProblemArose
    | ProblemOver
    | BatchTrained
    | EpochTrained
    | RoundEnded
)
