"""Hosting: the bundled server as a child of this process, on this computer alone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import time
from typing import TYPE_CHECKING, Self

from disco_desktop.app.processes.child_process import child_command, child_environment, own_group
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.errors import DiscoError, ServerError
from disco_desktop.engine.memory.storage import storing_in
from disco_desktop.logs import DEBUG_VARIABLE, logger

if TYPE_CHECKING:
    from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 6.0
LARGEST_RESTARTS = 5  # in a row, each after less than a minute
STABLE_SECONDS = 60.0
_LONGEST_LINE = 1 << 16

_LOG = "server.log"
_REFUSAL = re.compile(rb"^disco-server: (.+)$", re.MULTILINE)
_LISTENING = re.compile(r"listening on (https?://\S+?)(?: fingerprint ([0-9a-fA-F:]+))?\s*$")

_log = logger(__name__)


class HostedServer:
    """The bundled server, started anew where it dies; its data stay where they are.

    It ends when this process does, however that comes about. Use it with `async with`.

    Attributes:
        address: where it listens; the port stays the same over restarts.
        restarts: how often in a row it had to be started anew.
        restarted: set once it was.
    """

    address: ServerAddress

    def __init__(self, *, data_dir: Path, tasks_dir: Path | None = None, port: int = 0) -> None:
        """Prepare a server for a folder's tasks, or for all default ones, on a port or any."""
        self._data_dir = data_dir
        self._tasks_dir = tasks_dir
        self._port = port
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._logged_before = 0  # bytes of the log when the server was last started
        self.restarts = 0
        self.restarted = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Start it.

        Raises:
            ServerError: it did not start.
        """
        try:
            self.address = await self._start(port=self._port)
        except BaseException:
            await self._stop()
            raise
        self._keeper = asyncio.create_task(self._keep_running())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError, DiscoError):
                await self._keeper
        await self._stop()

    @property
    def process_id(self) -> int:
        """The system's number of the server's process."""
        assert self._process is not None  # noqa: S101
        return self._process.pid

    async def failure(self) -> None:
        """Wait until the server can no longer be kept running.

        Raises:
            ServerError: it died too often, or would not start again.
        """
        assert self._keeper is not None  # noqa: S101
        await asyncio.shield(self._keeper)

    async def _keep_running(self) -> None:
        """Start it anew whenever it dies, for it stores whatever it has acknowledged."""
        while True:
            started = time.monotonic()
            code = await self._drain()
            if time.monotonic() > started + STABLE_SECONDS:
                self.restarts = 0
            if self.restarts == LARGEST_RESTARTS:
                raise ServerError(
                    "hosted_server_died", log=str(self._log_path), detail=f"exit code {code}"
                )
            self.restarts += 1
            _log.warning("the server ended with code %s and is started anew", code)
            await self._stop()
            await self._start(port=int(self.address.url.rpartition(":")[2]))
            self.restarted.set()

    async def _start(self, *, port: int) -> ServerAddress:
        command = child_command(
            "disco_desktop.app.processes.bound_program", "disco_desktop.server.main",
            "--host", "127.0.0.1", "--port", str(port),
            "--data-dir", str(self._data_dir),
            *(("--tasks", str(self._tasks_dir)) if self._tasks_dir is not None else ()),
        )  # fmt: skip
        log = self._open_log()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=child_environment(),
                limit=_LONGEST_LINE,
                **own_group(),  # type: ignore[arg-type]
            )
            async with asyncio.timeout(START_SECONDS):
                return await self._listening()
        except OSError as error:  # a time-out among them
            raise self._not_started(repr(error)) from error
        finally:
            if log is not None:
                os.close(log)

    def _open_log(self) -> int | None:
        """Open the file for the server's log; where debug lines are wanted it goes with ours."""
        if os.environ.get(DEBUG_VARIABLE):
            return None
        with storing_in(self._data_dir):
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            log = os.open(self._log_path, flags, 0o600)
            self._logged_before = os.fstat(log).st_size
            return log

    @property
    def _log_path(self) -> Path:
        return self._data_dir / _LOG

    def _not_started(self, detail: str) -> ServerError:
        """Say why it did not start: in its own words, where it has left any."""
        refusals: list[bytes] = []
        with contextlib.suppress(OSError), self._log_path.open("rb") as file:
            file.seek(self._logged_before)
            refusals = _REFUSAL.findall(file.read(_LONGEST_LINE))
        if not refusals:
            return ServerError("hosted_server_not_started", log=str(self._log_path), detail=detail)
        reason = refusals[-1].decode(errors="replace")
        return ServerError("hosted_server_refused", reason=reason, detail=detail)

    async def _listening(self) -> ServerAddress:
        """Read the lines that it prints until it says where it listens."""
        assert self._process is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        async for line in self._process.stdout:
            if match := _LISTENING.search(line.decode(errors="replace")):
                return ServerAddress(match[1], match[2])
        # Its end is waited for, since asyncio loses the code of a process that is told to end as it
        # does.
        code = await self._process.wait()
        raise self._not_started(f"it ended with code {code}")

    async def _drain(self) -> int:
        """Read what else it prints, so that it is never held up, and wait for its end."""
        assert self._process is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        while await self._process.stdout.read(_LONGEST_LINE):
            pass
        return await self._process.wait()

    async def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._drain()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
