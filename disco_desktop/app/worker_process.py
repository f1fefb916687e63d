"""A worker process, as seen by the application: started, told what to do, listened to, ended."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self

import msgspec

from disco_desktop.app.child_program import child_command, child_environment, own_group
from disco_desktop.app.worker_messages import (
    LAST_MESSAGES,
    LONGEST_LINE,
    Failed,
    Stop,
    decode_message,
    encode_line,
)
from disco_desktop.engine.errors import StorageError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from disco_desktop.app.worker_messages import Command, Work, WorkerMessage

STOP_SECONDS = 2.0
SEND_SECONDS = 10.0

_log = logger(__name__)


class WorkerProcess:
    """One child process, which does one thing after the other.

    Start it early: what takes long is loading torch, and it does that while nothing is asked of
    it yet. It ends by itself when this process does, for its standard input closes then.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> Self:
        """Start a worker that waits for work.

        Raises:
            StorageError: the system would not start another process.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *child_command("disco_desktop.worker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=child_environment(),
                limit=LONGEST_LINE,
                **own_group(),  # type: ignore[arg-type]
            )
        except OSError as error:
            raise StorageError("process_not_started", detail=str(error)) from error
        return cls(process)

    @property
    def id(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    async def work(self, work: Work) -> AsyncIterator[WorkerMessage]:
        """Have it do one thing, and yield what it says; the last message tells how it ended.

        A worker that ends without a last word, or says something strange, has failed too.
        """
        await self.send(work)
        while True:
            message = await self._next()
            yield message
            if isinstance(message, LAST_MESSAGES):
                return

    async def send(self, command: Command) -> None:
        """Give a command. One that has ended already is past hearing it, which is no error."""
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - it was opened as a pipe
        with contextlib.suppress(ConnectionError, TimeoutError):
            stdin.write(encode_line(command))
            async with asyncio.timeout(SEND_SECONDS):
                await stdin.drain()

    async def _next(self) -> WorkerMessage:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101
        try:
            line = await stdout.readline()
        except ValueError:  # longer than the limit
            return Failed(code="worker_strange", detail="a line is too long")
        if not line.endswith(b"\n"):
            return await self._last_word()
        try:
            return decode_message(line)
        except msgspec.DecodeError as error:
            return Failed(code="worker_strange", detail=str(error))

    async def _last_word(self) -> Failed:
        """Say how a worker ended that did not say so itself."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            return Failed(code="worker_strange", detail="its stream ended and it did not")
        return Failed(code="worker_died", detail=f"exit code {code}")

    async def close(self) -> None:
        """Have it leave and end; kill it after two seconds. Safe to call more than once."""
        if self._process.returncode is None:
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self.send(Stop())
                    await self._drain()
                    await self._process.wait()
            except TimeoutError:
                _log.debug("worker %d did not stop in time", self.id)
            finally:
                self._kill()
        await self._process.wait()

    async def _drain(self) -> None:
        """Read what it still says, so that it is not held up by a full pipe."""
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101
        while await stdout.read(1 << 16):
            pass

    def _kill(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
