"""A screen that nobody sees: for tests, benchmarks and pictures in real windows."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "Xvfb is missing: install it with 'sudo apt-get install xvfb'."


@contextlib.contextmanager
def virtual_screen(size: str = "1400x900x24") -> Iterator[str | None]:
    """Run a virtual screen; give its name for `DISPLAY`, or none where Xvfb is missing."""
    program = shutil.which("Xvfb")
    if program is None:
        yield None
        return
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
