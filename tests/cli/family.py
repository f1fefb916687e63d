"""A training under way on the command line, with the processes that it started."""

from __future__ import annotations

import contextlib
import json
import subprocess
from typing import TYPE_CHECKING, Any

import psutil

from tests.cli.program import PATIENCE, Ended, command, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDING_SECONDS = 15.0


def read(result: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(result.read_text())
    return content


def digests(result: dict[str, Any]) -> set[str]:
    return {participant["weights_sha256"] for participant in result["participants"]}


class Family:
    """A training under way, with the processes that it started."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.parent = psutil.Process(process.pid)
        children = self.parent.children()
        self.workers = [child for child in children if "disco_desktop.worker" in child.cmdline()]
        self.servers = [
            child for child in children if "disco_desktop.server.main" in child.cmdline()
        ]

    def end(self) -> Ended:
        """Wait for the program to end, and make sure that it leaves nothing behind."""
        out, error = self.process.communicate(timeout=PATIENCE)
        _, left = psutil.wait_procs([*self.workers, *self.servers], timeout=ENDING_SECONDS)
        assert left == []
        return Ended(self.process.returncode, out, error)


@contextlib.contextmanager
def in_the_middle(arguments: list[str | Path], home: Path) -> Iterator[Family]:
    """Start a training and give it once its second round has ended."""
    process = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home),
    )
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("round 2:"):
                break
        yield Family(process)
