"""Children of the application that start in a moment, where no test is about their start."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.processes import child_process
from disco_desktop.app.processes.child_process import child_command, child_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STAND_IN = Path(__file__).with_name("stand_in.py")
ROOT = Path(__file__).parents[2]
ENDING_SECONDS = 30.0


@contextlib.contextmanager
def forking_parent() -> Iterator[Callable[[str], list[str]]]:
    """Have what children are forked from run; give the command that stands for one.

    Loading torch takes 1.5 to 2 seconds of processor time, hundreds of times in all.
    """
    # The path of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="disco-") as folder:
        path = str(Path(folder, "socket"))
        with subprocess.Popen(
            [sys.executable, "-m", "tests.forked_children.parent", path],
            cwd=ROOT,
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"listening\n"
            yield lambda module: [sys.executable, "-I", "-S", str(STAND_IN), path, module]
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(ENDING_SECONDS) == 0


@pytest.fixture(scope="session")
def forked_child_command(_no_process_left: None) -> Iterator[Callable[[str], list[str]]]:
    """The command that starts a child of the application; forked where the system can do that."""
    if sys.platform == "win32":
        yield child_command
        return
    with forking_parent() as command:
        yield command


@pytest.fixture
def quick_children(
    forked_child_command: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have workers and assistants that a test starts here forked from what has loaded torch."""
    monkeypatch.setattr(child_process, "child_command", forked_child_command)


@pytest.fixture
def real_children(quick_children: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have them started after all, for a test that kills one or sees one load torch.

    What is forked has loaded it, and ends a moment after its stand-in is killed.
    """
    monkeypatch.setattr(child_process, "child_command", child_command)
