"""The header of a safetensors file: what it holds, read without its values and without trust.

The format is eight bytes of header length, a JSON header and the raw values
(https://github.com/huggingface/safetensors). It is read here, and not through its library, so that
a hostile header is refused before it is parsed. Who reads headers alone needs no numpy.
"""

from __future__ import annotations

import math
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Literal, TypeAlias

import msgspec
from msgspec import Struct

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.weights.manifest import LARGEST_ELEMENTS, LARGEST_TENSORS, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LARGEST_HEADER = 4 << 20  # bytes; 10,000 tensors with long names and a large task take about half
LARGEST_DATA = 4 * LARGEST_ELEMENTS
DIGEST, METADATA = "sha256", "__metadata__"  # names in a header

ElementType: TypeAlias = Literal["F32", "F64", "I64", "U8"]

_WIDTHS: dict[ElementType, int] = {"F32": 4, "F64": 8, "I64": 8, "U8": 1}  # bytes of an element


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One tensor as the header describes it; offsets count from the end of the header."""

    dtype: ElementType
    shape: Shape
    data_offsets: tuple[int, int]

    @property
    def size(self) -> int:
        """Bytes that the type and the shape ask for."""
        return math.prod(self.shape) * _WIDTHS[self.dtype]


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


def read_header(path: Path) -> Header:
    """Read and check a file's header alone.

    Raises:
        ModelError: there is no such file, it cannot be read, or it is not a safetensors file that
            we accept.
    """
    with opened(path) as file:
        return header_of(file, path)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to read it.

    Raises:
        ModelError: there is no such file, or it cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep us waiting
            reason = "it is not an ordinary file"
            raise ModelError("model_file_unreadable", file=str(path), reason=reason)
        with path.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise ModelError("model_file_missing", file=str(path)) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError("model_file_unreadable", file=str(path), reason=reason) from error


def header_of(file: IO[bytes], path: Path) -> Header:
    """Read and check the header of an open file.

    Raises:
        ModelError: it is not a safetensors file that we accept.
    """
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
    digest = metadata.pop(DIGEST, None)
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
        metadata = msgspec.json.decode(raw.pop(METADATA, b"{}"), type=dict[str, str])
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
        if start % _WIDTHS[entry.dtype]:
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
