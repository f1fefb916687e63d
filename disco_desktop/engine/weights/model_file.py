"""Model files: weights and free text in one safetensors file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.weights import tensor_file, tensor_header
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from disco_desktop.engine.weights.tensor_header import Header


def write_model(path: Path, weights: Weights, metadata: Mapping[str, str]) -> None:
    """Write weights and metadata in place of `path`: the old content stays or the new is whole.

    Raises:
        OSError: it could not be written; what was at `path` is still there.
    """
    tensor_file.write_tensors(path, weights.tensors(), metadata)


def read_model(path: Path) -> tuple[Weights, dict[str, str]]:
    """Read weights, in the file's own order of tensors, and metadata.

    Raises:
        ModelError: there is no such file; it is not a safetensors file of float32 tensors, or is
            one that claims what it does not hold; it was damaged; a value is not finite.
    """
    header, values = tensor_file.read_values(path)
    weights = Weights(_manifest(header, path), values.view("<f4"))
    if not weights.is_finite:
        raise ModelError("model_not_finite", file=str(path))
    return weights, header.metadata


def read_header(path: Path) -> tuple[Manifest, dict[str, str]]:
    """Read names, shapes and metadata alone, whatever the size of the file.

    Raises:
        ModelError: as `read_model`, but for damaged values.
    """
    header = tensor_header.read_header(path)
    return _manifest(header, path), header.metadata


def _manifest(header: Header, path: Path) -> Manifest:
    for name, entry in header.entries.items():
        if entry.dtype != "F32":
            raise ModelError(
                "model_file_invalid", file=str(path), detail=f"{name[:100]!r} is {entry.dtype}"
            )
    return Manifest(
        names=tuple(header.entries),
        shapes=tuple(entry.shape for entry in header.entries.values()),
    )
