"""Named tensors in a safetensors file, written durably and read without trusting it.

The values reach one buffer without a copy, which is why the format's library is not used.
"""

from __future__ import annotations

import hashlib
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import msgspec
import numpy as np

from disco_desktop.engine.durable_files import replaced_durably
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.weights.tensor_header import (
    DIGEST,
    LARGEST_HEADER,
    METADATA,
    ElementType,
    Entry,
    Header,
    header_of,
    opened,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

Tensors: TypeAlias = "Mapping[str, NDArray[Any]]"

_ELEMENT_TYPES: dict[ElementType, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
}
_NAMES = {dtype: name for name, dtype in _ELEMENT_TYPES.items()}


def write_tensors(path: Path, tensors: Tensors, metadata: Mapping[str, str]) -> None:
    """Write tensors and metadata in place of `path`, durably.

    Raises:
        OSError: it could not be written; what was at `path` is still there.
        ValueError: an element type has no name here, or the header becomes too large.
    """
    entries: dict[str, Entry] = {}
    arrays = [np.ascontiguousarray(array).reshape(-1) for array in tensors.values()]
    # Wider elements first, so that each tensor lies at a multiple of its element's width.
    order = sorted(range(len(arrays)), key=lambda index: -arrays[index].itemsize)
    named = list(tensors.items())
    start = 0
    for index in order:
        name, array = named[index]
        stop = start + array.nbytes
        entries[name] = Entry(_name_of(array.dtype), array.shape, (start, stop))
        start = stop
    chunks = [arrays[index].data for index in order]
    digest = _digest(entries, metadata, chunks)
    header = _encode_header(entries, {**metadata, DIGEST: digest})
    with replaced_durably(path) as file:
        file.write(len(header).to_bytes(8, "little"))
        file.write(header)
        for chunk in chunks:
            file.write(chunk)


def _name_of(dtype: np.dtype[Any]) -> ElementType:
    name = _NAMES.get(dtype.newbyteorder("<") if dtype.itemsize > 1 else dtype)
    if name is None:
        raise ValueError(f"tensors of {dtype} cannot be written")
    return name


def _encode_header(entries: Mapping[str, Entry], metadata: Mapping[str, str]) -> bytes:
    header = msgspec.json.encode({METADATA: dict(metadata), **entries})
    header += b" " * (-len(header) % 8)  # the format's own padding
    if len(header) > LARGEST_HEADER:
        raise ValueError(f"the header would have {len(header)} bytes")
    return header


def _digest(
    entries: Mapping[str, Entry], metadata: Mapping[str, str], chunks: list[memoryview]
) -> str:
    digest = hashlib.sha256(msgspec.json.encode((dict(metadata), dict(entries)), order="sorted"))
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def read_values(path: Path) -> tuple[Header, NDArray[np.uint8]]:
    """Read the header and all values, in the file's order, as one buffer of bytes.

    Raises:
        ModelError: as `tensor_header.read_header`; or the values are not those that were written.
    """
    with opened(path) as file:
        header = header_of(file, path)
        values = _read_values(file, header, path)
    if header.digest is not None:
        digest = _digest(header.entries, header.metadata, [values.data])
        if digest != header.digest:
            raise ModelError("model_file_damaged", file=str(path), detail="digest differs")
    return header, values


def read_tensors(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Read all tensors, as views of one buffer in the file's order, and the metadata.

    Raises:
        ModelError: as `read_values`.
    """
    header, values = read_values(path)
    tensors = {
        name: values[slice(*entry.data_offsets)]
        .view(_ELEMENT_TYPES[entry.dtype])
        .reshape(entry.shape)
        for name, entry in header.entries.items()
    }
    return tensors, header.metadata


def _read_values(file: IO[bytes], header: Header, path: Path) -> NDArray[np.uint8]:
    try:
        values = np.empty(header.size, np.uint8)
    except MemoryError as error:
        raise ModelError("model_file_too_large", file=str(path), size=header.size) from error
    file.seek(header.start)
    if file.readinto(values.data) != header.size:  # type: ignore[attr-defined]
        raise ModelError("model_file_damaged", file=str(path), detail="shorter than it was")
    return values
