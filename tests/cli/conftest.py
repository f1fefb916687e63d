"""What the tests of the commands start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from disco_desktop.cli.main import main
from disco_desktop.engine.default_tasks.registry import task_provider
from tests.cli.program import Ended

if TYPE_CHECKING:
    from pathlib import Path


class Run(Protocol):
    """Runs a command and returns how it ended."""

    def __call__(self, *arguments: str | Path) -> Ended: ...


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command within this process, which is quicker where many calls are tried."""

    def run(*arguments: str | Path) -> Ended:
        capfd.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse's own, after `--help`
            code = int(end.code or 0)
        said = capfd.readouterr()
        return Ended(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def passengers() -> Path:
    return task_provider("titanic").sample_data() / "titanic.csv"
