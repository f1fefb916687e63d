"""A model with all that is needed to use it: what stands in one model file."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import msgspec

from disco_desktop.engine.dataset.preprocessing import Preprocessing, undeclared
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.task import Task, decode_task, encode_task
from disco_desktop.engine.weights.model_file import read_model, write_model
from disco_desktop.engine.weights.tensor_file import read_header

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.weights.weights import Weights

FORMAT = "disco-desktop-1"

_Part = TypeVar("_Part")


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


@dataclass(frozen=True, kw_only=True)
class ModelDescription:
    """What a model file tells without its weights.

    Attributes:
        elements: how many numbers the weights are.
    """

    record: ModelRecord
    task: Task
    history: History
    elements: int


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
    weights, metadata = read_model(path)
    record = read_record(path)
    task = decode_task(_text(path, metadata, "task").encode())
    if "preprocessing" not in metadata and isinstance(task.data, TabularData):
        columns = undeclared(task.data)
        raise ModelError("model_not_scaled", file=str(path), task=task.id, columns=columns)
    return StoredModel(
        record=record,
        task=task,
        preprocessing=_decode(path, metadata, "preprocessing", Preprocessing),
        history=_decode(path, metadata, "history", History),
        weights=weights,
    )


def read_description(path: Path) -> ModelDescription:
    """Read all that a model file tells but its weights.

    Raises:
        ModelError: as `read_stored_model`, but for damaged weights.
        TaskError: the task in it breaks the schema.
    """
    header = read_header(path)
    metadata = header.metadata
    return ModelDescription(
        record=read_record(path),
        task=decode_task(_text(path, metadata, "task").encode()),
        history=_decode(path, metadata, "history", History),
        elements=sum(math.prod(entry.shape) for entry in header.entries.values()),
    )


def read_record(path: Path) -> ModelRecord:
    """Read what a model file tells of itself, without its weights.

    Raises:
        ModelError: as `read_stored_model`, but for damaged weights.
    """
    header = read_header(path)
    kind = header.metadata.get("format", "")
    if kind != FORMAT:
        is_newer = kind.startswith("disco-desktop-")
        raise ModelError("model_file_newer" if is_newer else "model_file_foreign", file=str(path))
    record = _decode(path, header.metadata, "record", ModelRecord)
    return msgspec.structs.replace(record, size=header.start + header.size)


def _encode(part: object) -> str:
    return msgspec.json.encode(part).decode()


def _text(path: Path, metadata: dict[str, str], name: str) -> str:
    if name not in metadata:
        raise ModelError("model_file_invalid", file=str(path), detail=f"no {name}")
    return metadata[name]


def _decode(path: Path, metadata: dict[str, str], name: str, kind: type[_Part]) -> _Part:
    text = _text(path, metadata, name)
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ModelError("model_file_invalid", file=str(path), detail=f"{name}: {error}") from error
