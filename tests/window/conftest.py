"""Real windows on a screen of the tests' own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.window.virtual_screen import MISSING, virtual_screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 240.0  # seconds for one scenario on a busy machine


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """A virtual screen; its name for `DISPLAY`."""
    with virtual_screen() as name:
        if name is None:
            pytest.fail(MISSING, pytrace=False)
        yield name


Application = subprocess.Popen[str]


@pytest.fixture
def application(screen: str) -> Iterator[Callable[..., Application]]:
    """Starts the application with somebody who plays a scenario in its window."""
    started: list[Application] = []

    def start(scenario: str, profile: Path, *arguments: str) -> Application:
        environment = {**os.environ, "DISPLAY": screen, "DISCO_HOME": str(profile)}
        environment["QT_QPA_PLATFORM"] = "xcb"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.window.scenarios", scenario, *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def done(process: Application) -> None:
    """Tell somebody at a window that what they asked for has come about."""
    assert process.stdin is not None
    process.stdin.write("done\n")
    process.stdin.flush()


@contextlib.contextmanager
def task_server(port: int, folder: Path) -> Iterator[None]:
    """Run the server as its operator does, on a port of this machine."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "disco_desktop.server.main",
            "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert "listening on" in process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.communicate()


def warned_so_far(process: Application) -> str:
    """Return what a scenario that goes on has warned of."""
    assert process.stderr is not None
    os.set_blocking(process.stderr.fileno(), False)
    with contextlib.suppress(BlockingIOError):
        return os.read(process.stderr.fileno(), 1 << 16).decode()
    return ""


def ended_well(process: Application) -> str:
    """Wait for a scenario's end; return what it printed. A warning of Qt or of the log fails it."""
    printed, warned = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, f"{printed}\n{warned}"
    assert not warned.strip(), warned
    return printed
