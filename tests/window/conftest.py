"""Real windows on a screen of the tests' own."""

from __future__ import annotations

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


def ended_well(process: Application) -> str:
    """Wait for a scenario's end; return what it printed. A warning of Qt or of the log fails it."""
    printed, warned = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, f"{printed}\n{warned}"
    assert not warned.strip(), warned
    return printed
