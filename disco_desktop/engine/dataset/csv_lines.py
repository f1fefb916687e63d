"""The lines of a text file for the CSV parser, each of bounded length and with its number."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple, TextIO

from disco_desktop.engine.dataset.report import MENTIONED_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LINE = 1 << 20  # characters
_OLD_ENCODING = "cp1252"  # what Windows writes in Western Europe; Latin-1 with more letters


class Line(NamedTuple):
    """A line with its end; `fault` is the code of why it cannot be used, or empty."""

    text: str
    number: int
    fault: str


class BadLineError(Exception):
    """The line that comes next cannot be part of a record."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class CsvLines:
    """Hands lines to the CSV parser and takes them back when a record turns out to be broken.

    A quote that is never closed makes the parser swallow line after line. Here only the line
    where the record began is lost: the others are read again as records of their own.

    Args:
        file: opened with `newline=""` and `errors="surrogateescape"`.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._number = 0
        self._is_within_line = False
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []
        self.old_encoded = 0
        self.old_encoded_lines: list[int] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next line.

        Raises:
            BadLineError: it is too long, or holds bytes of zero.
        """
        line = self._again.popleft() if self._again else self._read()
        self._taken.append(line)
        if line.fault:
            raise BadLineError(line.fault)
        return line.text

    @property
    def position(self) -> int:
        """Bytes of the file that were read so far, a little ahead of the last line."""
        return self._file.buffer.tell()

    @property
    def lines_read(self) -> int:
        """Lines of the file that were read so far."""
        return self._number

    def begin_record(self) -> None:
        """Forget the lines of the record before."""
        self._taken.clear()

    @property
    def first_line(self) -> int:
        """Number of the line where the current record began."""
        return self._taken[0].number

    def abandon_record(self) -> None:
        """Give up the record's first line, and have the others read again."""
        self._again.extendleft(reversed(self._taken[1:]))
        self._taken.clear()

    def return_last(self) -> None:
        """Have the line that was handed out last read again."""
        self._again.appendleft(self._taken.pop())

    def _read(self) -> Line:
        if self._is_within_line:
            self._skip_line()
        text = self._file.readline(LONGEST_LINE)
        if not text:
            raise StopIteration
        self._number += 1
        if len(text) == LONGEST_LINE and text[-1] not in "\r\n":
            self._is_within_line = True
            return Line("", self._number, "row_too_long")
        if "\0" in text:
            return Line(text, self._number, "row_with_zero_bytes")
        if not text.isascii():
            text = self._repaired(text)
        return Line(text, self._number, "")

    def _skip_line(self) -> None:
        """Read on to the end of a line that was too long, which may be gigabytes away."""
        self._is_within_line = False
        while (text := self._file.readline(LONGEST_LINE)) and text[-1] not in "\r\n":
            pass

    def _repaired(self, text: str) -> str:
        """Read a line again in the old encoding where it is not UTF-8."""
        try:
            text.encode()
        except UnicodeEncodeError:
            self.old_encoded += 1
            if len(self.old_encoded_lines) < MENTIONED_ROWS:
                self.old_encoded_lines.append(self._number)
            content = text.encode("utf-8", "surrogateescape")
            return content.decode(_OLD_ENCODING, "replace")
        return text
