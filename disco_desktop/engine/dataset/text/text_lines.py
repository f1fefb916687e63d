"""The lines of a text file that can be used, however long they are; the others are told of."""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from disco_desktop.engine.dataset.report import MENTIONED_ROWS, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import WriteableBuffer

OLD_ENCODING = "cp1252"  # what Windows writes in Western Europe
LONGEST_PIECE = 1 << 20  # bytes that are read at once; a longer line comes in pieces


@dataclass
class LineFindings:
    """What is wrong with the lines of one file, by code: how many there are, and the first."""

    counts: dict[str, int] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)

    def add(self, code: str, line: int) -> None:
        """Note a line, counted from one."""
        first = self.lines.setdefault(code, [])
        if first and first[-1] == line:  # another piece of it
            return
        self.counts[code] = self.counts.get(code, 0) + 1
        if len(first) < MENTIONED_ROWS:
            first.append(line)

    @property
    def count(self) -> int:
        """Lines that cannot be used."""
        return sum(count for code, count in self.counts.items() if code != "file_old_encoding")

    def problems(self, file: str) -> list[Problem]:
        """Return what is to be told of them."""
        return [
            Problem(code=code, severity="warning", file=file, lines=self.lines[code], count=count)
            for code, count in self.counts.items()
        ]


@dataclass(frozen=True)
class Line:
    """A line, or a piece of a long one, with the line break where it has one."""

    number: int
    text: str


class _AsUtf8(io.RawIOBase):
    """A file in UTF-16, as Windows' editor writes "Unicode", read as UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        while not self._ready:
            content = self._file.read(LONGEST_PIECE)
            text = self._decoder.decode(content, final=not content)
            self._ready = text.encode("utf-8", "replace")
            if not content:
                break
        size = min(len(target), len(self._ready))
        target[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


def _in_utf8(file: IO[bytes]) -> IO[bytes]:
    """Return a file as UTF-8 where a byte order mark says that it is UTF-16."""
    is_utf16 = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    file.seek(0)
    return io.BufferedReader(_AsUtf8(file), LONGEST_PIECE) if is_utf16 else file


def usable_lines(file: IO[bytes], findings: LineFindings) -> Iterator[Line]:
    """Yield the lines of a file from its beginning; what is no text is noted and left out.

    A line that is not UTF-8 is read in the old encoding, and noted.
    """
    file = _in_utf8(file)
    number, left = 1, b""
    is_first = True
    while content := left + file.readline(LONGEST_PIECE - len(left)):
        left = b""
        if is_first:
            content, is_first = content.removeprefix(codecs.BOM_UTF8), False
        is_ended = content.endswith(b"\n")
        if not is_ended and len(content) >= LONGEST_PIECE - len(codecs.BOM_UTF8):
            cut = _place_to_cut(content)
            content, left = content[:cut], content[cut:]
        text = _decoded(content, number, findings)
        if text is not None:
            yield Line(number, text)
        number += is_ended


def _decoded(content: bytes, number: int, findings: LineFindings) -> str | None:
    if b"\0" in content:
        findings.add("text_with_zero_bytes", number)
        return None
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        findings.add("file_old_encoding", number)
        return content.decode(OLD_ENCODING, "replace").replace("\r\n", "\n")


def _place_to_cut(content: bytes) -> int:
    """Return where a long piece may end: before a space, else before a whole character."""
    place = content.rfind(b" ")
    if place > len(content) // 2:
        return place
    place = len(content) - 1
    while place > len(content) - 4 and content[place] & 0xC0 == 0x80:
        place -= 1
    return place


def without_half_words(text: str) -> int:
    """Return up to where a text can be made into tokens before the rest of it is known.

    That is before the last white space: no token of GPT-2's goes from a word into the white space
    behind it.
    """
    place = max(text.rfind(" "), text.rfind("\n"))
    while place > 0 and text[place - 1].isspace():
        place -= 1
    return place if place > 0 else len(text)
