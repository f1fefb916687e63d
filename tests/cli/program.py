"""The real program, in a process of its own or in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 110.0


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    error: str

    def sentence(self, *, code: int) -> str:
        """Return what a failed command said, which must be one line and no traceback."""
        assert self.code == code, self.error
        (line,) = self.error.splitlines()
        assert line.startswith("disco")
        assert line.endswith(".")
        return line


def command(*arguments: str | Path) -> list[str]:
    """Return what starts the program."""
    return [sys.executable, "-m", "disco_desktop", *map(str, arguments)]


def environment(home: Path | None) -> dict[str, str]:
    """Return the environment of a program that keeps its things in a home of its own."""
    return {**os.environ, **({"DISCO_HOME": str(home)} if home else {})}


def disco(*arguments: str | Path, home: Path | None = None) -> Ended:
    """Run a command in a process of its own."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment(home),
    )
    return Ended(done.returncode, done.stdout, done.stderr)
