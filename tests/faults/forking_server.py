"""Forks servers: `python -m tests.faults.forking_server`, one JSON line of settings for each.

A server starts in a moment then, since everything is imported already, and is a process of its own
that can be killed. For each line it answers with the process's id and its port.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import traceback
from pathlib import Path

from disco_desktop import logs
from disco_desktop.server.application import create_application
from disco_desktop.server.config import Limits, ServerConfig
from disco_desktop.server.running import running


async def serve(folder: Path, port: int, limits: dict[str, float]) -> None:
    config = ServerConfig(
        data_dir=folder / "data", tasks_dir=folder / "tasks", port=port, limits=Limits(**limits)
    )
    async with running(create_application(config), config) as bound:
        os.write(1, f"{os.getpid()} {bound}\n".encode())
        await asyncio.get_running_loop().create_future()  # until it is killed


def run(folder: Path, port: int, limits: dict[str, float]) -> None:
    """Be a server, whose log goes to a file in its folder."""
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    logs.configure(level=logging.INFO)
    asyncio.run(serve(folder, port, limits))


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed is not waited for
    for line in sys.stdin:
        settings = json.loads(line)
        if os.fork() == 0:
            try:
                run(Path(settings["folder"]), settings["port"], settings["limits"])
            except BaseException:
                traceback.print_exc()
            finally:
                os.write(1, b"\n")  # it could not start; nobody should wait for it
                os._exit(1)
