"""A model with all that is needed to use it: what stands in one model file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from disco_desktop.engine.dataset.preprocessing import Preprocessing, undeclared
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.model_description import FORMAT, decode_part, read_record, text_of
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.task import Task, decode_task, encode_task
from disco_desktop.engine.weights.model_file import read_model, write_model

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.weights.weights import Weights


@dataclass(frozen=True, kw_only=True)
class StoredModel:
    """Weights, what they are for and how they came about.

    Attributes:
        preprocessing: as fitted in the training, so that test and use see data the same way.
    """

    record: ModelRecord
    task: Task
    preprocessing: Preprocessing
    history: History
    weights: Weights

    def named(self, record: ModelRecord) -> StoredModel:
        """Return the same model under another record."""
        return replace(self, record=record)


def write_stored_model(path: Path, model: StoredModel) -> None:
    """Write a model file in place of `path`, durably.

    Raises:
        OSError: it could not be written; what was there before still is.
    """
    metadata = model_metadata(model.record, model.task, model.preprocessing, model.history)
    write_model(path, model.weights, metadata)


def model_metadata(
    record: ModelRecord, task: Task, preprocessing: Preprocessing | None, history: History
) -> dict[str, str]:
    """Return what goes beside the weights; without a preprocessing the model is not complete."""
    metadata = {
        "format": FORMAT,
        "task": encode_task(task).decode(),
        "record": _encode(record),
        "history": _encode(history.thinned()),
    }
    if preprocessing is not None:
        metadata["preprocessing"] = _encode(preprocessing)
    return metadata


def read_stored_model(path: Path) -> StoredModel:
    """Read a model file.

    Raises:
        ModelError: it is missing, damaged, of another kind or version, or not acceptable; or
            `model_not_scaled`: it is a server's, whose participants each scale their own columns.
        TaskError: the task in it breaks the schema.
    """
    record = read_record(path)  # first: a newer version may take other digests, which is no damage
    weights, metadata = read_model(path)
    task = decode_task(text_of(path, metadata, "task").encode())
    if "preprocessing" not in metadata and isinstance(task.data, TabularData):
        columns = undeclared(task.data)
        raise ModelError("model_not_scaled", file=str(path), task=task.id, columns=columns)
    return StoredModel(
        record=record,
        task=task,
        preprocessing=decode_part(path, metadata, "preprocessing", Preprocessing),
        history=decode_part(path, metadata, "history", History),
        weights=weights,
    )


def _encode(part: object) -> str:
    return msgspec.json.encode(part).decode()
