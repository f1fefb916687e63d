"""Servers that start in a moment and can be killed at any."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


class ForkedServers:
    """Starts servers, and knows those that still run. Several threads may call."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._running: set[int] = set()

    def start(self, folder: Path, *, port: int = 0, **limits: float) -> tuple[int, int]:
        """Start a server on a folder; return the process's id and its port."""
        settings = {"folder": str(folder), "port": port, "limits": limits}
        with self._lock:
            self._process.stdin.write(json.dumps(settings).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline().split()
            assert answer, (folder / "log").read_text()
            self._running.add(int(answer[0]))
        return int(answer[0]), int(answer[1])

    def kill(self, pid: int) -> None:
        """End a server without a warning, and wait until the system has its port back."""
        self._running.discard(pid)
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            process.kill()
            process.wait(30)

    def kill_all(self) -> None:
        for pid in tuple(self._running):
            self.kill(pid)


@contextlib.contextmanager
def forked_servers() -> Iterator[ForkedServers]:
    """Have what servers are forked from run as long as this is entered."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.forking_server"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        servers = ForkedServers(process)
        try:
            yield servers
        finally:
            servers.kill_all()
            process.stdin.close()
            assert process.wait(30) == 0
