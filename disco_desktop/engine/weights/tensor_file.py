"""Named tensors in a safetensors file, written durably and read without trusting it.

The format is eight bytes of header length, a JSON header and the raw values
(https://github.com/huggingface/safetensors). It is read here, and not through its library, so that
a hostile header is refused before it is parsed and the values reach one buffer without a copy.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
import numpy as np
from msgspec import Struct

from disco_desktop.engine.durable_files import replaced_durably
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.weights.manifest import LARGEST_ELEMENTS, LARGEST_TENSORS, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

LARGEST_HEADER = 4 << 20  # bytes; 10,000 tensors with long names and a large task take about half
LARGEST_DATA = 4 * LARGEST_ELEMENTS
_DIGEST = "sha256"
_METADATA = "__metadata__"

ElementType: TypeAlias = Literal["F32", "F64", "I64", "U8"]
Tensors: TypeAlias = "Mapping[str, NDArray[Any]]"

_ELEMENT_TYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
}
_NAMES = {dtype: name for name, dtype in _ELEMENT_TYPES.items()}


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One tensor as the header describes it; offsets count from the end of the header."""

    dtype: ElementType
    shape: Shape
    data_offsets: tuple[int, int]

    @property
    def size(self) -> int:
        """Bytes that the type and the shape ask for."""
        return math.prod(self.shape) * _ELEMENT_TYPES[self.dtype].itemsize


@dataclass(frozen=True)
class Header:
    """A header that was checked: its tensors fill the file without a gap.

    Attributes:
        entries: in the order in which the values lie in the file.
        metadata: free text by name, without our own digest.
        digest: SHA-256 of content and header, where the file has one.
        start: where the values begin in the file.
        size: bytes of all values.
    """

    entries: dict[str, Entry]
    metadata: dict[str, str]
    digest: str | None
    start: int
    size: int


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
    header = _encode_header(entries, {**metadata, _DIGEST: digest})
    with replaced_durably(path) as file:
        file.write(len(header).to_bytes(8, "little"))
        file.write(header)
        for chunk in chunks:
            file.write(chunk)


def _name_of(dtype: np.dtype[Any]) -> ElementType:
    name = _NAMES.get(dtype.newbyteorder("<") if dtype.itemsize > 1 else dtype)
    if name is None:
        raise ValueError(f"tensors of {dtype} cannot be written")
    return name  # type: ignore[return-value]


def _encode_header(entries: Mapping[str, Entry], metadata: Mapping[str, str]) -> bytes:
    header = msgspec.json.encode({_METADATA: dict(metadata), **entries})
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


def read_header(path: Path) -> Header:
    """Read and check a file's header alone.

    Raises:
        ModelError: there is no such file, it cannot be read, or it is not a safetensors file that
            we accept.
    """
    try:
        with path.open("rb") as file:
            return _read_header(file, path)
    except FileNotFoundError as error:
        raise ModelError("model_file_missing", file=str(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def read_values(path: Path) -> tuple[Header, NDArray[np.uint8]]:
    """Read the header and all values, in the file's order, as one buffer of bytes.

    Raises:
        ModelError: as `read_header`; or the values are not those that were written.
    """
    try:
        with path.open("rb") as file:
            header = _read_header(file, path)
            values = _read_values(file, header, path)
    except FileNotFoundError as error:
        raise ModelError("model_file_missing", file=str(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error
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


def _unreadable(path: Path, error: OSError) -> ModelError:
    reason = error.strerror or type(error).__name__
    return ModelError("model_file_unreadable", file=str(path), reason=reason)


def _read_header(file: IO[bytes], path: Path) -> Header:
    size = file.seek(0, 2)
    file.seek(0)
    beginning = file.read(9)
    length = int.from_bytes(beginning[:8], "little")
    if len(beginning) < 9 or beginning[8:] != b"{" or length > size - 8:
        raise _refused(path, beginning)
    if length > LARGEST_HEADER:
        raise _invalid(path, f"its header has {length} bytes")
    if size - 8 - length > LARGEST_DATA:
        raise ModelError("model_file_too_large", file=str(path), size=size)
    file.seek(8)
    entries, metadata = _parse(file.read(length), path)
    digest = metadata.pop(_DIGEST, None)
    _check_places(entries, size - 8 - length, path)
    return Header(entries, metadata, digest, 8 + length, size - 8 - length)


def _refused(path: Path, beginning: bytes) -> ModelError:
    """Say why a file that is not safetensors is refused."""
    is_pickle = beginning[:1] == b"\x80" and beginning[1:2] in (b"\2", b"\3", b"\4", b"\5")
    if is_pickle or beginning[:4] == b"PK\3\4":
        return ModelError("model_file_executable", file=str(path))
    return _invalid(path, "it does not begin with a header")


def _invalid(path: Path, problem: str) -> ModelError:
    return ModelError("model_file_invalid", file=str(path), detail=problem)


def _parse(header: bytes, path: Path) -> tuple[dict[str, Entry], dict[str, str]]:
    try:
        raw = msgspec.json.decode(header, type=dict[str, msgspec.Raw])
        metadata = msgspec.json.decode(raw.pop(_METADATA, b"{}"), type=dict[str, str])
        if len(raw) > LARGEST_TENSORS:
            raise _invalid(path, f"it has {len(raw)} tensors")
        entries = {name: msgspec.json.decode(entry, type=Entry) for name, entry in raw.items()}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _invalid(path, str(error)) from error
    return dict(sorted(entries.items(), key=lambda item: item[1].data_offsets)), metadata


def _check_places(entries: Mapping[str, Entry], size: int, path: Path) -> None:
    """Check that the tensors follow each other without a gap and end where the file ends."""
    place = 0
    for name, entry in entries.items():
        start, stop = entry.data_offsets
        if start != place or stop - start != entry.size:
            raise _invalid(path, f"the tensor {name[:100]!r} is not where it should be")
        # One dimension of zero makes a tensor empty, and leaves the others as large as they like.
        if math.prod(max(1, length) for length in entry.shape) > LARGEST_ELEMENTS:
            raise _invalid(path, f"the tensor {name[:100]!r} has a shape without bounds")
        if start % _ELEMENT_TYPES[entry.dtype].itemsize:
            raise _invalid(path, f"the tensor {name[:100]!r} is not aligned")
        place = stop
    if place != size:
        raise ModelError("model_file_damaged", file=str(path), detail=f"{size} bytes, not {place}")


def is_damage(error: ModelError) -> bool:
    """Tell whether an error of this module means that the content is wrong for good."""
    return error.code in {
        "model_file_damaged",
        "model_file_executable",
        "model_file_invalid",
        "model_file_too_large",
        "model_not_finite",
    }
