"""What a model file tells without its weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.task.task import Task, decode_task
from disco_desktop.engine.weights.tensor_header import read_header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = "disco-desktop-1"

_Part = TypeVar("_Part")


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


def read_description(path: Path) -> ModelDescription:
    """Read all that a model file tells but its weights.

    Raises:
        ModelError: it is missing, damaged, of another kind or version, or not acceptable. Weights
            are not looked at.
        TaskError: the task in it breaks the schema.
    """
    header = read_header(path)
    metadata = header.metadata
    return ModelDescription(
        record=read_record(path),
        task=decode_task(text_of(path, metadata, "task").encode()),
        history=decode_part(path, metadata, "history", History),
        elements=sum(math.prod(entry.shape) for entry in header.entries.values()),
    )


def read_record(path: Path) -> ModelRecord:
    """Read what a model file tells of itself, without its weights.

    Raises:
        ModelError: as `read_description`.
    """
    header = read_header(path)
    kind = header.metadata.get("format", "")
    if kind != FORMAT:
        is_newer = kind.startswith("disco-desktop-")
        raise ModelError("model_file_newer" if is_newer else "model_file_foreign", file=str(path))
    record = decode_part(path, header.metadata, "record", ModelRecord)
    return msgspec.structs.replace(record, size=header.start + header.size)


def text_of(path: Path, metadata: Mapping[str, str], name: str) -> str:
    """Return a part of a file's metadata.

    Raises:
        ModelError: it is not there.
    """
    if name not in metadata:
        raise ModelError("model_file_invalid", file=str(path), detail=f"no {name}")
    return metadata[name]


def decode_part(path: Path, metadata: Mapping[str, str], name: str, kind: type[_Part]) -> _Part:
    """Decode a part of a file's metadata.

    Raises:
        ModelError: it is not there, or not of that kind.
    """
    text = text_of(path, metadata, name)
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ModelError("model_file_invalid", file=str(path), detail=f"{name}: {error}") from error
