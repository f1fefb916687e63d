"""A server in a child process, and what must hold for it whatever is done to it."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import psutil

from disco_desktop.engine.client.address import ServerAddress, client_session
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.task.task import encode_task
from disco_desktop.engine.weights.model_file import write_model
from tests.server.running_server import task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from disco_desktop.engine.task.task import Task

ROOT = Path(__file__).parents[2]
ELEMENTS = 600_000  # three pieces, the last of them shorter
LARGEST_GROWTH = 64 << 20  # bytes
LONGEST_STALL = 0.25  # seconds

_SECRETS = re.compile(r"Bearer|[0-9a-f]{16}\.[A-Za-z0-9_-]{20,}|PRIVATE")


def tasks() -> dict[str, Task]:
    """`hurried` closes a round without those who take too long; the others wait for them."""
    return {
        name: msgspec.structs.replace(task_with(round_deadline=seconds), id=name)
        for name, seconds in (("hurried", 1.0), ("patient", 600.0), ("quiet", 600.0))
    }


class ChildServer:
    """A running server.

    Attributes:
        address: where it is, with its certificate's fingerprint if it has one.
        tasks: what it offers, by name.
        folder: everything of it.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path, *, is_tls: bool) -> None:
        port, fingerprint = process.stdout.readline().decode().split(" ")
        self.process = psutil.Process(process.pid)
        self.port = int(port)
        scheme = "https" if is_tls else "http"
        self.address = ServerAddress(
            f"{scheme}://127.0.0.1:{self.port}", fingerprint.strip() or None
        )
        self.tasks = tasks()
        self.folder = log.parent
        self._log = log

    @property
    def spool(self) -> Path:
        """Where it keeps what it has been sent and has not aggregated yet."""
        return self.folder / "data" / "contributions"

    def client(self, task: str = "hurried", *, port: int | None = None) -> FederatedClient:
        """A participant with a key of its own, perhaps by way of another port."""
        address = self.address
        if port is not None:
            address = ServerAddress(f"http://127.0.0.1:{port}")
        manifest = weights_of(np.zeros(ELEMENTS)).manifest
        return FederatedClient(self.tasks[task], manifest, address, Identity.generate())

    def log(self) -> list[str]:
        """All lines that it logged."""
        return self._log.read_text().splitlines()

    async def get(self, path: str) -> str:
        """What it answers to a request in good form."""
        async with (
            client_session(self.address) as session,
            session.get(self.address.endpoint(path)) as response,
        ):
            assert response.status == 200
            return await response.text()

    async def metric(self, name: str) -> float:
        """The value of a figure of its own; zero where there is none yet."""
        for line in (await self.get("/metrics")).splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[-1])
        return 0.0

    async def longest_stall(self) -> float:
        """The longest that its event loop has been held up by itself so far, in seconds."""
        return await self.metric("disco_test_longest_stall")

    def reset_peak(self) -> None:
        """Let `peak` begin anew."""
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def peak(self) -> int:
        """The most memory that it has had, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status")
        if status.exists():
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) << 10
        return self.process.memory_info().rss


@contextlib.contextmanager
def child_server(
    folder: Path,
    *,
    is_tls: bool = False,
    prepare: Callable[[], None] | None = None,
    **limits: float,
) -> Iterator[ChildServer]:
    """Run a server on a folder that may have to be filled first.

    Args:
        folder: where everything of it goes.
        is_tls: whether it has a certificate.
        prepare: called in the new process before the server starts.
        limits: those that differ from its own.
    """
    for task in tasks().values():
        bundle = folder / "tasks" / task.id
        bundle.mkdir(parents=True, exist_ok=True)
        (bundle / "task.json").write_bytes(encode_task(task))
        write_model(bundle / "weights.safetensors", weights_of(np.zeros(ELEMENTS)), {})
    settings = {"folder": str(folder), "limits": limits, "is_tls": is_tls}
    log = folder / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.server_process", json.dumps(settings)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=prepare,
        ) as process,
    ):
        yield ChildServer(process, log, is_tls=is_tls)
        process.stdin.close()
        assert process.wait(30) == 0
    assert not _SECRETS.search(log.read_text())
