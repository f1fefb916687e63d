"""The results as a table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.benchmarks.result import Result

WIDTH = 130  # columns where the output is no terminal


def print_table(title: str, results: Iterable[Result]) -> None:
    """Print one benchmark's results."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("measured", no_wrap=True)
    for heading in ("ours", "reference", "unit", "ratio"):
        table.add_column(heading, justify="left" if heading == "unit" else "right", no_wrap=True)
    table.add_column("target")
    table.add_column("note")
    for result in results:
        table.add_row(
            result.name,
            _number(result.ours),
            _number(result.reference),
            result.unit,
            _number(result.ratio),
            _target(result),
            result.note,
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    console.print(table)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _target(result: Result) -> str:
    if result.target is None:
        return ""
    verdict = {True: "met", False: "[bold red]missed[/]", None: "not measured"}[result.is_met]
    return f"{result.target}: {verdict}"
