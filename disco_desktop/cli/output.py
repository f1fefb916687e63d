"""What the commands print and write: tables and lines on standard output, JSON for scripts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import left_out_sentence, problem_lines, problem_sentence
from disco_desktop.cli.commands import output_path
from disco_desktop.engine.durable_files import SHARED, replaced_durably
from disco_desktop.engine.memory.storage import storing_in

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.dataset.samples import LoadedTable
    from disco_desktop.engine.task.task import Task


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


def print_left_out(output: Output, task: Task, loaded: LoadedTable) -> None:
    """Say what of some data could not be used, why, and what that does to the result."""
    for line in problem_lines(loaded.problems):
        output.say(line, style="yellow")
    if said := left_out_sentence(loaded.left_out, task.data):
        output.say(said, style="yellow")


def left_out_json(loaded: LoadedTable) -> dict[str, Any]:
    """Return the same for a script."""
    return {
        "rows": loaded.left_out.of,
        "left_out": loaded.left_out.count,
        "left_out_by_outcome": loaded.left_out.by_outcome,
        "used_by_outcome": loaded.left_out.used_by_outcome,
        "problems": problems_json(loaded.problems),
    }


def problems_json(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Return problems with their sentences, for a script."""
    return [
        {**msgspec.to_builtins(problem), "sentence": problem_sentence(problem)}
        for problem in problems
    ]


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


STANDARD_OUTPUT = Path("-")


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the option `--json`."""
    parser.add_argument(
        "--json",
        type=_json_path,
        metavar="FILE",
        help="write the result as JSON too (- for standard output, in place of the words)",
    )


def _json_path(text: str) -> Path:
    return STANDARD_OUTPUT if text == "-" else output_path(text)


def write_json(path: Path, content: object) -> None:
    """Write a result, whole or not at all.

    Raises:
        StorageError: it could not be written.
    """
    text = msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
    if path == STANDARD_OUTPUT:
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
        return
    with storing_in(path.absolute().parent):
        if path.exists() and not path.is_file():  # a pipe or a device, not to be replaced
            path.write_bytes(text)
        else:
            with replaced_durably(path, mode=SHARED) as file:
                file.write(text)
