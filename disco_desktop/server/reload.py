"""Starts the server anew whenever a source file of this program changes: for its developers."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watchfiles import PythonFilter, awatch

from disco_desktop.app.processes.child_process import child_command, child_environment, own_group
from disco_desktop.logs import logger
from disco_desktop.server.running import listening_socket

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from disco_desktop.server.config import ServerConfig

PACKAGE = Path(__file__).resolve().parents[1]
STOP_SECONDS = 10.0

_log = logger(__name__)


async def reload_on_change(arguments: Sequence[str], config: ServerConfig) -> None:
    """Run the server as a child process, and anew after each change, until told to stop.

    The port stays the same. A change that cannot be compiled is reported, and what runs goes on;
    a server that ends by itself waits for the next change.

    Args:
        arguments: the command line, `--reload` included.
        config: what it means.

    Raises:
        ServerError: the port cannot be had.
    """
    with listening_socket(config.host, config.port) as chosen:
        port = chosen.getsockname()[1]
    given = [argument for argument in arguments if argument != "--reload"]
    child = _Child([*given, "--port", str(port)])
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C interrupts instead
            loop.add_signal_handler(number, stop.set)
    try:
        await child.start()
        async for changes in awatch(PACKAGE, watch_filter=PythonFilter(), stop_event=stop):
            files = sorted(Path(name) for _, name in changes)
            if problem := _problem(files):
                _tell(f"not reloaded, waiting for the next change: {problem}")
                continue
            _tell(f"reloading, since {_named(files)} changed")
            await child.stop()
            await child.start()
    finally:
        await child.stop()


def _problem(files: Iterable[Path]) -> str | None:
    """Say what is wrong with the changed files' syntax, if anything is."""
    for file in files:
        try:
            compile(file.read_bytes(), file, "exec", dont_inherit=True)
        except FileNotFoundError:
            continue  # it was deleted or renamed
        except SyntaxError as error:
            return f"{_named([file])}, line {error.lineno}: {error.msg}"
        except (OSError, ValueError) as error:
            return f"{_named([file])}: {error}"
    return None


def _named(files: Sequence[Path]) -> str:
    return ", ".join(str(file.relative_to(PACKAGE.parent)) for file in files[:3])


def _tell(text: str) -> None:
    sys.stderr.write(f"disco-server: {text}\n")
    sys.stderr.flush()


class _Child:
    """The server's process; it ends when this one does, however that comes about."""

    def __init__(self, arguments: list[str]) -> None:
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it."""
        command = child_command(
            "disco_desktop.app.processes.bound_program",
            "disco_desktop.server.main",
            *self._arguments,
        )
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            env=child_environment(),
            **own_group(),  # type: ignore[arg-type]
        )
        self._watch = asyncio.create_task(self._report_end(self._process))

    async def _report_end(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        _tell(f"the server ended with code {code}; waiting for the next change")

    async def stop(self) -> None:
        """End it: gracefully if it does so in time."""
        process, watch = self._process, self._watch
        if process is None or watch is None:
            return
        self._process = self._watch = None
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            _log.warning("the server did not stop in time and is killed")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
