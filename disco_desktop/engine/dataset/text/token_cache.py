"""Tokens of texts that were read before, in memory-mapped files that other programs share.

An entry is a folder: the tokens, the hash of each line where each is a sample, and what was found
on the way. It is named by a digest of the texts, written once under another name, and renamed.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec import Struct

from disco_desktop.engine.cache_folder import (
    UNFINISHED,
    cache_folder,
    clear_unfinished,
    discard,
    evict,
)
from disco_desktop.engine.dataset.report import Problem
from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

LARGEST_CACHE = 16 << 30  # bytes, over all texts

_READING = "-2"  # how texts are read; what was kept before another way is not found
_TOKENS, _UNITS, _ABOUT = "tokens", "units", "about.json"


class About(Struct, frozen=True, kw_only=True):
    """What was found while the texts were read.

    Attributes:
        files: names of those that were read.
        rows: files or lines that hold anything.
        usable_rows: those that were made into tokens.
        tokens: how many there are.
        problems: errors first.
    """

    files: list[str]
    rows: int
    usable_rows: int
    tokens: int
    problems: list[Problem]


@dataclass(frozen=True)
class Tokens:
    """An entry of the cache.

    Attributes:
        about: how the texts were.
        values: uint16 (n,), memory-mapped.
        units: uint64 (m,), the hash of the line of each sample; empty for running text.
    """

    about: About
    values: npt.NDArray[np.uint16]
    units: npt.NDArray[np.uint64]


class TokenFiles:
    """An entry that is being written."""

    def __init__(self, tokens: IO[bytes], units: IO[bytes]) -> None:
        self._tokens, self._units = tokens, units
        self.count = 0
        self.about: About | None = None

    def add(
        self, tokens: npt.NDArray[np.uint16], units: npt.NDArray[np.uint64] | None = None
    ) -> None:
        """Add tokens and, where each line is a sample, the hashes of their lines."""
        self._tokens.write(tokens.astype("<u2").tobytes())
        self.count += tokens.size
        if units is not None:
            self._units.write(units.astype("<u8").tobytes())


def find_tokens(key: str) -> Tokens | None:
    """Return the tokens of a digest, if they are there and whole."""
    folder = cache_folder("text", key + _READING)
    try:
        about = msgspec.json.decode((folder / _ABOUT).read_bytes(), type=About)
        values: npt.NDArray[np.uint16] = _mapped(folder / _TOKENS, "<u2")
        units: npt.NDArray[np.uint64] = _mapped(folder / _UNITS, "<u8")
        os.utime(folder)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.DecodeError):
        discard(folder)
        return None
    if len(values) != about.tokens:
        discard(folder)
        return None
    return Tokens(about, values, units)


def _mapped(path: Path, kind: str) -> npt.NDArray[Any]:
    if path.stat().st_size == 0:  # which cannot be mapped
        return np.empty(0, dtype=kind)
    # Pages are read when they are wanted; whatever is written stays in this process.
    return np.memmap(path, dtype=kind, mode="c")


@contextmanager
def writing_tokens(key: str) -> Iterator[TokenFiles]:
    """Write an entry; it is there when the block ends well and has said what it is about.

    Raises:
        DataError: it could not be written.
    """
    root = cache_folder("text")
    beside = root / f"{UNFINISHED}{key[:16]}-{secrets.token_hex(4)}"
    try:
        beside.mkdir(parents=True)
        clear_unfinished(root)
        with (beside / _TOKENS).open("xb") as tokens, (beside / _UNITS).open("xb") as units:
            files = TokenFiles(tokens, units)
            yield files
        (beside / _ABOUT).write_bytes(msgspec.json.encode(files.about))
        with suppress(FileExistsError):  # somebody else was quicker
            _put(beside, root / (key + _READING))
        evict(root, keep=root / (key + _READING), largest=LARGEST_CACHE)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError("tokens_not_kept", folder=str(root), reason=reason) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put(beside: Path, entry: Path) -> None:
    if entry.exists():
        raise FileExistsError
    beside.rename(entry)
