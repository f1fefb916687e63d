"""Making text files into tokens, a bounded piece at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.dataset.report import Problem
from disco_desktop.engine.dataset.split import hash_texts
from disco_desktop.engine.dataset.text.text_lines import (
    LineFindings,
    usable_lines,
    without_half_words,
)
from disco_desktop.engine.dataset.text.token_cache import About
from disco_desktop.engine.dataset.text.tokenizer import END_OF_TEXT, encode
from disco_desktop.engine.dataset.watcher import ROWS_BETWEEN
from disco_desktop.engine.task.text import PADDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from disco_desktop.engine.dataset.text.text_lines import Line
    from disco_desktop.engine.dataset.text.token_cache import TokenFiles
    from disco_desktop.engine.dataset.watcher import Watcher
    from disco_desktop.engine.task.text import TextData

_PIECE = 1 << 16  # characters of running text that become tokens in one go
_PIECES = 16  # at once, over several threads
_LINES = 1_024  # at once
_MOST_FILES_NAMED = 10_000


class _Writing:
    """What is known while the files are read, one after the other."""

    def __init__(self, data: TextData, tokens: TokenFiles, watcher: Watcher) -> None:
        self._data = data
        self._tokens = tokens
        self._watcher = watcher
        self.files: list[str] = []
        self.problems: list[Problem] = []
        self.rows = self.usable_rows = 0

    def read(self, name: str, path: Path) -> None:
        """Make one file into tokens."""
        findings = LineFindings()
        before = self._tokens.count
        self._watcher.file_begun(name)
        try:
            with path.open("rb") as file:
                lines = self._watched(usable_lines(file, findings))
                if self._data.unit == "lines":
                    self._write_lines(lines)
                else:
                    self._write_running(lines)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._tell(Problem(
                code="file_unreadable", severity="warning", file=name, arguments={"reason": reason}
            ))  # fmt: skip
            return
        self.files.append(name)
        has_text = self._tokens.count > before
        if self._data.unit == "lines":
            self.rows += findings.count
        else:
            self.rows += has_text or findings.count > 0
            self.usable_rows += has_text
        if not has_text and not findings.count:
            self._tell(Problem(code="text_empty", severity="warning", file=name))
        for problem in findings.problems(name):
            self._tell(problem)

    def _tell(self, problem: Problem) -> None:
        self.problems.append(problem)

    def _watched(self, lines: Iterable[Line]) -> Iterator[Line]:
        for count, line in enumerate(lines):
            if count % ROWS_BETWEEN == 0 or len(line.text) > _PIECE:
                self._watcher.rows_read(line.number)
            yield line

    def _write_running(self, lines: Iterable[Line]) -> None:
        """Write all tokens of a file without a gap, and one that ends it."""
        pieces: list[str] = []
        text: list[str] = []
        length = 0
        has_text = False
        for line in lines:
            text.append(line.text)
            length += len(line.text)
            has_text = has_text or not line.text.isspace()
            if length < _PIECE:
                continue
            joined = "".join(text)
            end = without_half_words(joined)
            pieces.append(joined[:end])
            text, length = [joined[end:]], len(joined) - end
            if sum(map(len, pieces)) >= _PIECES * _PIECE:
                self._write_pieces(pieces)
                pieces = []
        if has_text:
            self._write_pieces([*pieces, "".join(text)])
            self._tokens.add(np.array([END_OF_TEXT], dtype=np.uint16))

    def _write_pieces(self, pieces: list[str]) -> None:
        for ids in encode(pieces):
            self._tokens.add(np.array(ids, dtype=np.uint16))

    def _write_lines(self, lines: Iterable[Line]) -> None:
        """Write a block for each line, or several where it is long."""
        waiting: list[str] = []
        length = 0
        for line in lines:
            text = line.text.strip()
            if not text:
                continue
            self.rows += 1
            self.usable_rows += 1
            waiting.append(text)
            length += len(text)
            if len(waiting) >= _LINES or length >= _PIECES * _PIECE:
                self._write_blocks(waiting)
                waiting, length = [], 0
        self._write_blocks(waiting)

    def _write_blocks(self, texts: list[str]) -> None:
        context = self._data.context
        blocks: list[list[int]] = []
        counts: list[int] = []
        for ids in encode(texts):
            ids.append(END_OF_TEXT)
            # A block begins with the last token of the one before, so that each is predicted.
            starts = range(0, max(len(ids) - 1, 1), context)
            counts.append(len(starts))
            blocks += [ids[start : start + context + 1] for start in starts]
        filled = np.full((len(blocks), context + 1), PADDING, dtype=np.uint16)
        for place, block in enumerate(blocks):
            filled[place, : len(block)] = block
        self._tokens.add(filled, np.repeat(hash_texts(texts), counts))


def write_tokens(
    data: TextData, files: dict[str, Path], tokens: TokenFiles, watcher: Watcher
) -> None:
    """Make files into tokens, by the names that a person knows them by."""
    writing = _Writing(data, tokens, watcher)
    for name, path in files.items():
        writing.read(name, path)
    tokens.about = About(
        files=writing.files[:_MOST_FILES_NAMED],
        rows=writing.rows,
        usable_rows=writing.usable_rows,
        tokens=tokens.count,
        problems=writing.problems[:_MOST_FILES_NAMED],
    )
