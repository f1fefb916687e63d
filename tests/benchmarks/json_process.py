"""A process of a benchmark, which is told what to do in JSON and answers in lines."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def json_process(module: str, work: msgspec.Struct) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module of the benchmarks with its work as the only argument."""
    with subprocess.Popen(
        [sys.executable, "-m", f"tests.benchmarks.{module}", msgspec.json.encode(work).decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def next_line(process: subprocess.Popen[bytes]) -> bytes:
    """Return what the process says next.

    Raises:
        RuntimeError: it has ended.
    """
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("a process has ended before its time")
    return line
