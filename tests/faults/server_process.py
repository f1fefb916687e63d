"""A server in a process of its own: `python -m tests.faults.server_process SETTINGS`.

It is what `disco-server` runs, but for the limits, which the command line does not offer, and for a
figure more among its metrics. It says its port and fingerprint in one line and ends when its
standard input does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import time
from pathlib import Path

from prometheus_client import Gauge

from disco_desktop import logs
from disco_desktop.server.application import create_application
from disco_desktop.server.certificates import own_certificate
from disco_desktop.server.config import Limits, ServerConfig
from disco_desktop.server.running import running
from disco_desktop.server.services import METRICS

_TICK = 0.02  # seconds


def waited_for_processor() -> float:
    """Seconds that this process's threads were ready and another program was running instead.

    Where the system does not tell, it is none.
    """
    waited = 0
    for statistics in Path("/proc/self/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # a thread that has just ended
            waited += int(statistics.read_text().split()[1])
    return waited / 1e9


async def watch(longest_stall: Gauge) -> None:
    """Measure for how long the event loop is held up by what this process does itself."""
    longest = 0.0
    while True:
        due, excused = time.monotonic() + _TICK, waited_for_processor()
        await asyncio.sleep(_TICK)
        late = time.monotonic() - due
        if late > longest:
            longest = max(longest, late - (waited_for_processor() - excused))
            longest_stall.set(longest)


async def serve(
    folder: Path, limits: dict[str, float], *, is_tls: bool, host: str = "127.0.0.1"
) -> None:
    data_dir = folder / "data"
    data_dir.mkdir(exist_ok=True)
    certificate = own_certificate(data_dir, [host]) if is_tls else None
    config = ServerConfig(
        data_dir=data_dir,
        tasks_dir=folder / "tasks",
        host=host,
        is_tls=is_tls,
        limits=Limits(**limits),
    )
    context = certificate.context if certificate else None
    fingerprint = certificate.fingerprint if certificate else ""
    app = create_application(config)
    stall = Gauge("disco_test_longest_stall", "In seconds.", registry=app[METRICS].registry)
    async with running(app, config, context) as port:
        watching = asyncio.create_task(watch(stall))
        sys.stdout.write(f"{port} {fingerprint}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        watching.cancel()


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    logs.configure(level=logging.INFO)
    asyncio.run(serve(**settings | {"folder": Path(settings["folder"])}))
