"""What a model is of and where it comes from: the part of it that is not its weights."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from disco_desktop.engine.errors import DataError, ModelError
from disco_desktop.engine.memory.record import History, ModelRecord, new_model_id
from disco_desktop.engine.memory.stored_model import StoredModel

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.events import Metrics
    from disco_desktop.engine.task.task import Scheme, Task
    from disco_desktop.engine.training.checkpoint import CheckpointState
    from disco_desktop.engine.weights.weights import Weights


class Provenance:
    """The task, the data and the name of the model that a training makes.

    Attributes:
        record: of the model, as last saved.
        task: what is learnt.
        task_digest, data_digest: tell whether a checkpoint is of the same training.
    """

    def __init__(
        self,
        task: Task,
        dataset: Dataset,
        *,
        scheme: Scheme,
        name: str | None,
        former_digest: str | None = None,
    ) -> None:
        self.task = task
        self._former_digest = former_digest
        self._preprocessing = dataset.preprocessing
        self.task_digest = task.digest
        self.data_digest = dataset.digest
        self.record = ModelRecord(
            id=new_model_id(),
            name=name or task.display.title,
            task_id=task.id,
            task_title=task.display.title,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            scheme=scheme,
        )

    def continue_from(self, state: CheckpointState) -> None:
        """Go on with the model of a checkpoint.

        Raises:
            ModelError: the checkpoint is another task's.
            DataError: the data are not those that the training began with.
        """
        known = {self.task_digest, self._former_digest}
        if state.task_digest not in known and state.task != self.task:
            raise ModelError("checkpoint_of_other_task", task=self.task.id)
        if state.data_digest != self.data_digest:
            raise DataError("data_changed")
        self.record = state.record

    def model(
        self, weights: Weights, history: History, *, validation: Metrics | None = None
    ) -> StoredModel:
        """Return the model as it is to be kept; with the last figures unless others are given."""
        return StoredModel(
            record=msgspec.structs.replace(
                self.record,
                rounds=len(history.rounds),
                epochs=len(history.epochs),
                participants=history.rounds[-1].participants if history.rounds else 1,
                metrics=validation or _last_validation(history),
            ),
            task=self.task,
            preprocessing=self._preprocessing,
            history=history,
            weights=weights,
        )


def _last_validation(history: History) -> Metrics | None:
    """Return the figures of the weights that were there last."""
    if not history.epochs:
        return history.rounds[-1].validation if history.rounds else None
    is_after_exchange = history.rounds and history.rounds[-1].round >= history.epochs[-1].round
    return (history.rounds if is_after_exchange else history.epochs)[-1].validation
