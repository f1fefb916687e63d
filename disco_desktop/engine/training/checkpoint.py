"""Checkpoints: all that a training needs to go on exactly where it stood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, structs

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.events import Metrics
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.task.task import Task
from disco_desktop.engine.training.position import Position
from disco_desktop.engine.training.random_state import read_random_state
from disco_desktop.engine.training.settings import TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from disco_desktop.engine.training.progress import Progress
    from disco_desktop.engine.training.provenance import Provenance

FORMAT = "disco-checkpoint-1"
_BASE = "base"
_BEST = "best"


class CheckpointState(Struct, frozen=True, kw_only=True):
    """The part of a checkpoint that is not numbers in tensors.

    Attributes:
        task_digest, data_digest: what the training is of; neither may change on the way. A version
            that knows more about tasks gives the same task another digest, so the task itself,
            which earlier versions did not keep here, stands beside it.
        settings: with the seed and the threads in use, whether given or chosen.
        base_round: the round of the weights that the present round began from.
        record, history: of the model as far as it has come.
        best: figures of the best weights so far, where they are what is kept.
    """

    task_digest: str
    data_digest: str
    task: Task | None = None
    settings: TrainingSettings
    position: Position
    base_round: int
    record: ModelRecord
    history: History
    best: Metrics | None = None


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A training between two batches.

    Attributes:
        arrays: network, optimizer and random numbers, by name.
        base: values of the weights that the present round began from; None where nobody else
            has a part in it.
        best: values of the best weights so far; None where the last ones are kept.
    """

    state: CheckpointState
    arrays: dict[str, NDArray[Any]]
    base: NDArray[Any] | None
    best: NDArray[Any] | None = None


def take_checkpoint(progress: Progress, provenance: Provenance) -> Checkpoint:
    """Copy out where a training stands."""
    return Checkpoint(
        state=CheckpointState(
            task_digest=provenance.task_digest,
            data_digest=provenance.data_digest,
            task=provenance.task,
            settings=progress.settings,
            position=structs.replace(progress.position),
            base_round=progress.base_round,
            record=provenance.record,
            history=progress.history.thinned(),
            best=None if progress.best is None else progress.best.validation,
        ),
        arrays=progress.learner.state() | read_random_state(progress.learner.device),
        base=None if progress.base is None else progress.base.buffer,
        best=None if progress.best is None else progress.best.weights.buffer,
    )


def encode_checkpoint(checkpoint: Checkpoint) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return tensors and metadata of a checkpoint's file."""
    tensors = dict(checkpoint.arrays)
    if checkpoint.base is not None:
        tensors[_BASE] = checkpoint.base
    if checkpoint.best is not None:
        tensors[_BEST] = checkpoint.best
    state = msgspec.json.encode(checkpoint.state).decode()
    return tensors, {"format": FORMAT, "state": state}


def decode_checkpoint(
    tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]
) -> Checkpoint:
    """Read a checkpoint from a file's tensors and metadata.

    Raises:
        ModelError: it is another program's, or another version's, or a newer one's
            (`training_newer`).
    """
    kind = metadata.get("format", "")
    if kind != FORMAT:
        if kind.startswith(FORMAT.rstrip("1")):
            raise ModelError("training_newer")
        raise ModelError("checkpoint_of_other_version")
    try:
        state = msgspec.json.decode(metadata.get("state", ""), type=CheckpointState)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ModelError("checkpoint_of_other_version", detail=str(error)) from error
    arrays = dict(tensors)
    base, best = arrays.pop(_BASE, None), arrays.pop(_BEST, None)
    return Checkpoint(state=state, arrays=arrays, base=base, best=best)
