"""What every benchmark is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.benchmarks.result import Result


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How a benchmark is to be run.

    Attributes:
        folder: an empty folder on a real disk; thrown away afterwards.
        cache: a folder that stays, for what takes long to prepare.
        is_quick: fewer and smaller measurements.
    """

    folder: Path
    cache: Path
    is_quick: bool


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A name to choose it by, a title, and a way to run it."""

    name: str
    title: str
    run: Callable[[Setting], Iterator[Result]]
