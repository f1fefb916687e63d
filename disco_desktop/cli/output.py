"""What the commands print: results on standard output, in a table's form or line by line.

On a terminal they are laid out and coloured; elsewhere they are plain lines that a script can read.
Text is never taken for markup.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from disco_desktop.app.inert_text import inert

if TYPE_CHECKING:
    from collections.abc import Sequence


class Output:
    """Where a command prints its results.

    Attributes:
        console: for what is drawn on a terminal.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self.console = Console(file=self._stream, markup=False, emoji=False, highlight=False)

    @property
    def is_terminal(self) -> bool:
        """Whether somebody looks at it."""
        return self.console.is_terminal

    def say(self, text: str = "", *, style: str = "") -> None:
        """Print a paragraph, in words of ours or made inert before."""
        if self.is_terminal:
            self.console.print(Text(text, style=style))
        else:
            self._stream.write(text + "\n")
            self._stream.flush()

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table; the cells may come from elsewhere. Numbers are set to the right."""
        cells = [[inert(cell, longest=500) for cell in row] for row in rows]
        rights = [_are_numbers([row[place] for row in cells]) for place in range(len(headers))]
        if self.is_terminal:
            self.console.print(_drawn(headers, cells, rights))
        else:
            for row in [list(headers), *cells]:
                self.say(_aligned(row, _widths([list(headers), *cells]), rights))


def _are_numbers(cells: Sequence[str]) -> bool:
    return bool(cells) and all(cell[:1] in "-0123456789" for cell in cells)


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _aligned(row: Sequence[str], widths: Sequence[int], rights: Sequence[bool]) -> str:
    cells = (
        cell.rjust(width) if is_right else cell.ljust(width)
        for cell, width, is_right in zip(row, widths, rights, strict=True)
    )
    return "  ".join(cells).rstrip()


def _drawn(headers: Sequence[str], rows: Sequence[Sequence[str]], rights: Sequence[bool]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for header, is_right in zip(headers, rights, strict=True):
        table.add_column(header, justify="right" if is_right else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def percent(share: float | None) -> str:
    """Write a share between 0 and 1 for a person; a dash where there is none."""
    return "-" if share is None else f"{100 * share:.1f} %"


def size(count: int) -> str:
    """Write a number of bytes for a person."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def seconds(time: float) -> str:
    """Write a length of time for a person."""
    if time < 100:
        return f"{time:.1f} s"
    minutes, rest = divmod(round(time), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
