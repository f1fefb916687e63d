"""What the application and a worker process say to each other: typed JSON, one message a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from disco_desktop.engine.client.ledger import PeerState, Traffic
from disco_desktop.engine.events import Event, Metrics
from disco_desktop.engine.memory.record import ModelRecord
from disco_desktop.engine.task.task import Scheme, Task
from disco_desktop.engine.training.settings import TrainingSettings

LONGEST_LINE = 4 << 20  # bytes; a task may have one MiB


class TrainRequest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One participant's training, whole.

    Attributes:
        data: path of the table, or of the folder with tables.
        share, shares: train on part `share` of `shares`, counted from one.
        share_seed: the seed under which the rows are shared out; the same for all participants.
        scheme: how this participant trains, whatever the task says.
        server, fingerprint: where the server is, and its certificate; none to train alone.
        identity: file of the participant's key; it is made where it is missing.
        session: the server's number of the session to come back to; none to join the open one.
        relay_only: whether peers are reached through the server alone.
        peer_port: the port at which peers may call; any that is free where it is None.
        held: folder for the common model of a decentralized session; none to hold it in memory.
        initial: file of the weights to start from, for somebody who trains alone.
        memory: root of the memory that holds the checkpoints, in `slot`, and the model, if it is
            to be kept, under the name `save_as`.
        resume: go on from the checkpoint instead of starting afresh.
        former_digest: of the task, as the version took it that began the training.
        device: to train on; the fastest there is where it is None.
        patience: seconds to wait for others before giving up.
    """

    task: Task
    data: str
    share: Annotated[int, Meta(ge=1)] = 1
    shares: Annotated[int, Meta(ge=1)] = 1
    share_seed: int = 0
    scheme: Scheme
    server: str | None = None
    fingerprint: str | None = None
    identity: str | None = None
    session: int | None = None
    relay_only: bool = False
    peer_port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    held: str | None = None
    initial: str | None = None
    settings: TrainingSettings
    memory: str
    slot: str
    save_as: str | None = None
    resume: bool = False
    former_digest: str | None = None
    device: str | None = None
    patience: Annotated[float, Meta(gt=0)] = 1800.0


class Draw(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="draw"):
    """Write a task's first weights to a file, as they are drawn under a seed."""

    task: Task
    path: str
    seed: int


class Start(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="start"):
    """Train."""

    request: TrainRequest


class Evaluate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="evaluate"):
    """Test a model of the memory on all of some data.

    Attributes:
        memory: root of the memory.
        model: the model's id.
        data: path of the table, or of the folder with tables.
    """

    memory: str
    model: str
    data: str


class Pause(Struct, frozen=True, forbid_unknown_fields=True, tag="pause"):
    """Stop training for a while; the others need not wait."""


class Resume(Struct, frozen=True, forbid_unknown_fields=True, tag="resume"):
    """Go on after a pause."""


class Stop(Struct, frozen=True, forbid_unknown_fields=True, tag="stop"):
    """Leave, keep the last checkpoint, and end."""


Work: TypeAlias = Draw | Start | Evaluate
Command: TypeAlias = Work | Pause | Resume | Stop


class Drawn(Struct, frozen=True, tag="drawn"):
    """The weights are in their file."""


class Started(Struct, frozen=True, kw_only=True, tag="started"):
    """The data are read and training begins.

    Attributes:
        node: this participant's name on the network; none where it trains alone.
        session: the server's number of the session it takes part in; none where it trains alone.
        training, validation: how many samples are trained on, and held out.
    """

    node: str | None
    session: int | None
    training: int
    validation: int


class Happened(Struct, frozen=True, kw_only=True, tag="happened"):
    """An event of the training. Those before a resumed checkpoint come first, once more."""

    event: Event


class BatchesTrained(Struct, frozen=True, kw_only=True, tag="batches"):
    """The figures of all batches since the last time, for a curve; one place a batch in each.

    Attributes:
        epochs: where each batch ended, in epochs over the whole training.
        accuracies: none where numbers are predicted.
    """

    epochs: list[float]
    losses: list[float]
    accuracies: list[float]


class TrafficCounted(Struct, frozen=True, kw_only=True, tag="traffic"):
    """What has left and reached this machine so far, by kind of message."""

    traffic: dict[str, Traffic]


class PeersTold(Struct, frozen=True, kw_only=True, tag="peers"):
    """How the peers of a decentralized session are reached now.

    Attributes:
        clipped_share: of the values of our latest update, those cut off before they were masked.
    """

    peers: tuple[PeerState, ...]
    clipped_share: float | None = None


class Finished(Struct, frozen=True, kw_only=True, tag="finished"):
    """The training is complete.

    Attributes:
        weights_sha256: digest of the final weights.
        validation: figures of the final weights on this participant's validation part.
        model: the model in the memory, where it was to be kept.
    """

    weights_sha256: str
    validation: Metrics
    model: ModelRecord | None = None


class Evaluated(Struct, frozen=True, kw_only=True, tag="evaluated"):
    """How the model did.

    Attributes:
        confusion: counts, one row a true outcome and one column a predicted one.
    """

    metrics: Metrics
    confusion: tuple[tuple[int, ...], ...]


class Stopped(Struct, frozen=True, tag="stopped"):
    """The worker left as it was told to; its last checkpoint is kept."""


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """What was asked for cannot be done; code and arguments are those of the error."""

    code: str
    arguments: Mapping[str, str | int | float | Sequence[str | int]] = {}
    detail: str = ""


WorkerMessage: TypeAlias = (
    Drawn
    | Started
    | Happened
    | BatchesTrained
    | TrafficCounted
    | PeersTold
    | Finished
    | Evaluated
    | Stopped
    | Failed
)
LAST_MESSAGES = (Drawn, Finished, Evaluated, Stopped, Failed)  # of a piece of work

_encoder = msgspec.json.Encoder()
_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_messages: msgspec.json.Decoder[WorkerMessage] = msgspec.json.Decoder(WorkerMessage)


def encode_line(message: Command | WorkerMessage) -> bytes:
    """Write one message as a line."""
    return _encoder.encode(message) + b"\n"


def decode_command(line: bytes) -> Command:
    """Read one line of the application.

    Raises:
        msgspec.DecodeError: it is no command.
    """
    return _commands.decode(line)


def decode_message(line: bytes) -> WorkerMessage:
    """Read one line of the worker.

    Raises:
        msgspec.DecodeError: it is no message.
    """
    return _messages.decode(line)
