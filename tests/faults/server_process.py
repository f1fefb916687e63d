"""A server in a process of its own: `python -m tests.faults.server_process SETTINGS`.

It is what `disco-server` runs, but for the limits, which the command line does not offer. It says
its port and fingerprint in one line and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

from disco_desktop import logs
from disco_desktop.server.application import create_application
from disco_desktop.server.certificates import own_certificate
from disco_desktop.server.config import ServerConfig
from disco_desktop.server.limits import Limits
from disco_desktop.server.running import running


async def serve(folder: Path, limits: dict[str, float], *, is_tls: bool) -> None:
    data_dir = folder / "data"
    data_dir.mkdir(exist_ok=True)
    certificate = own_certificate(data_dir, []) if is_tls else None
    config = ServerConfig(
        data_dir=data_dir, tasks_dir=folder / "tasks", is_tls=is_tls, limits=Limits(**limits)
    )
    context = certificate.context if certificate else None
    fingerprint = certificate.fingerprint if certificate else ""
    async with running(create_application(config), config, context) as port:
        sys.stdout.write(f"{port} {fingerprint}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    logs.configure(level=logging.INFO)
    asyncio.run(serve(Path(settings["folder"]), settings["limits"], is_tls=settings["is_tls"]))
