"""Tests that limit the size of files, as a full disk would, run in a process of their own.

The limit holds for all that a process writes, and so for the tests' report if it goes to a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHILD = "DISCO_TEST_MAY_LIMIT_FILES"
ROOT = Path(__file__).parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that limits files in a pytest of its own; its outcome is this one's."""
    if "limit_file_size" not in pyfuncitem.fixturenames or CHILD in os.environ:
        return None
    folder = pyfuncitem.funcargs["tmp_path"] / "of-the-child"
    # Nothing is captured there, since that would go to files; here all comes through a pipe.
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "--capture=no"]
    options = ["-p", "no:cacheprovider", f"--basetemp={folder}"]
    variables = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        [*command, *options, pyfuncitem.nodeid],
        cwd=ROOT,
        env=variables | {CHILD: "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0 or "1 passed" not in done.stdout:
        pytest.fail(f"in a process of its own:\n{done.stdout}", pytrace=False)
    return True


@pytest.fixture
def limit_file_size(disco_home: Path) -> Iterator[Callable[[int | None], None]]:
    """Give a function to limit how large files may become, in bytes; None takes the limit back."""
    resource = pytest.importorskip("resource", reason="only POSIX limits the size of files")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int | None) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before[0] if size is None else size, before[1]))

    yield limit
    limit(None)
