"""From text files to tokens, once; and what is the matter with the files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from disco_desktop.engine.dataset.excerpt import file_name
from disco_desktop.engine.dataset.refused_file import FileRefusedError
from disco_desktop.engine.dataset.report import Problem
from disco_desktop.engine.dataset.split import hash_rows, hash_texts
from disco_desktop.engine.dataset.text.text_files import find_texts, shown_name
from disco_desktop.engine.dataset.text.token_cache import Tokens, find_tokens, writing_tokens
from disco_desktop.engine.dataset.text.token_writing import write_tokens
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher
from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.task.text import TextData

_VERSION = "1"  # of how texts become tokens
_HASHED_AT_ONCE = 4 << 20  # bytes

# Running text goes to one side or the other a segment at a time, so that what stands beside a
# validation block is mostly not trained on. A short text has smaller ones, to have enough of them.
_BLOCKS_OF_SEGMENT = 16
_SEGMENTS = 64


@dataclass(frozen=True)
class TextExamination:
    """All that was found behind a path.

    Attributes:
        files: names of those that were read.
        rows: files of running text, or lines, that hold anything.
        usable_rows: those that can be used.
        tokens: all there are.
        blocks: uint16 (n, context + 1), memory-mapped.
        units: uint64 (n,); blocks of the same one stay on one side of the split.
        problems: errors first.
        digest: of the texts, in hexadecimal.
    """

    files: list[str]
    rows: int
    usable_rows: int
    tokens: int
    blocks: npt.NDArray[np.uint16]
    units: npt.NDArray[np.uint64]
    problems: list[Problem]
    digest: str

    @property
    def first_error(self) -> Problem | None:
        """The problem that makes the texts useless, if there is one."""
        return next((found for found in self.problems if found.severity == "error"), None)


def examine_texts(data: TextData, path: Path, *, watcher: Watcher = NOBODY) -> TextExamination:
    """Make the texts behind a path into tokens, or find those that were made before.

    Bad content is told and never raised.

    Raises:
        DataError: the tokens could not be kept.
    """
    try:
        files = {shown_name(file, path): file for file in find_texts(path)}
        key = _digest(data, files, watcher)
        tokens = find_tokens(key)
        if tokens is None:
            with writing_tokens(key) as writing:
                write_tokens(data, files, writing, watcher)
            tokens = find_tokens(key)
        if tokens is None:
            raise DataError("tokens_not_kept", folder=file_name(path), reason="it is gone")
    except FileRefusedError as refusal:
        watcher.problem_found(refusal.problem)
        return _nothing(data, refusal.problem)
    except OSError as error:
        name = file_name(path)
        reason = error.strerror or type(error).__name__
        problem = Problem(
            code="data_unreadable", severity="error", file=name, arguments={"reason": reason}
        )
        return _nothing(data, problem)
    for problem in tokens.about.problems:
        watcher.problem_found(problem)
    return _examination(data, tokens, key)


def _examination(data: TextData, tokens: Tokens, key: str) -> TextExamination:
    about = tokens.about
    width = data.context + 1
    blocks = tokens.values[: len(tokens.values) // width * width].reshape(-1, width)
    units = tokens.units if data.unit == "lines" else _segments(blocks)
    problems = about.problems
    if not len(blocks):
        problems = [_too_little(data, about.tokens, about.usable_rows), *problems]
    return TextExamination(
        files=about.files,
        rows=about.rows,
        usable_rows=about.usable_rows,
        tokens=about.tokens,
        blocks=blocks,
        units=units,
        problems=problems,
        digest=key,
    )


def _too_little(data: TextData, tokens: int, rows: int) -> Problem:
    if data.unit == "lines" or not rows:
        return Problem(code="no_usable_texts", severity="error")
    needed = data.context + 1
    return Problem(
        code="text_too_short", severity="error", arguments={"tokens": tokens, "needed": needed}
    )


def _segments(blocks: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint64]:
    """Return for each block the hash of the segment that it lies in."""
    size = max(1, min(_BLOCKS_OF_SEGMENT, len(blocks) // _SEGMENTS))
    pieces = (blocks[start : start + size] for start in range(0, len(blocks), size))
    hashes = [hash_rows(piece.reshape(1, -1).astype(np.float64)) for piece in pieces]
    if not hashes:
        return np.empty(0, dtype=np.uint64)
    return np.repeat(np.concatenate(hashes), size)[: len(blocks)]


def _nothing(data: TextData, problem: Problem) -> TextExamination:
    return TextExamination(
        files=[],
        rows=0,
        usable_rows=0,
        tokens=0,
        blocks=np.empty((0, data.context + 1), dtype=np.uint16),
        units=np.empty(0, dtype=np.uint64),
        problems=[msgspec.structs.replace(problem, severity="error")],
        digest=hash_texts([problem.code]).tobytes().hex(),
    )


def _digest(data: TextData, files: dict[str, Path], watcher: Watcher) -> str:
    """Return a digest of the texts, and of how they become tokens."""
    width = str(data.context) if data.unit == "lines" else ""
    digest = hashlib.sha256(f"{_VERSION} {data.vocabulary} {data.unit} {width}\n".encode())
    for name, file in files.items():
        watcher.file_begun(name)
        own = hashlib.sha256()
        try:
            with file.open("rb") as content:
                while piece := content.read(_HASHED_AT_ONCE):
                    own.update(piece)
                    watcher.rows_read(0)
        except OSError as error:  # it is told of when it is read
            own.update(f"unreadable {error.errno}".encode())
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + own.digest())
    return digest.hexdigest()
