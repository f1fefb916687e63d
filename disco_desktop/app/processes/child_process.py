"""A child process with which the application talks: how it is started, spoken to and ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import sysconfig
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Generic, Self, TypeVar

import msgspec

from disco_desktop.engine.errors import StorageError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from disco_desktop.app.processes.worker_messages import Failed

_ROOT = Path(__file__).resolve().parents[2]


def child_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this package.

    `-P` keeps the current folder off the import path: it may be somebody's data folder, and a
    `random.py` in it must not be run.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def child_environment() -> dict[str, str]:
    """Return the environment in which a child finds this package, installed or not."""
    environment = dict(os.environ)
    if str(_ROOT) not in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        paths = [str(_ROOT), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment


def own_group() -> dict[str, bool | int]:
    """Return options with which Ctrl-C in a terminal reaches this program and not the child.

    The child is told to stop by its parent, after what it holds has been brought to safety.
    """
    if os.name == "nt":
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True}


STOP_SECONDS = 2.0
SEND_SECONDS = 10.0

_Command = TypeVar("_Command")
_Message = TypeVar("_Message")

_log = logger(__name__)


class ChildProcess(ABC, Generic[_Command, _Message]):
    """One child process of ours, and the conversation with it: a message a line.

    It ends by itself when this process does, for its standard input closes then.

    Attributes:
        module: what the child runs.
        longest_line: bytes of the longest message.
    """

    module: ClassVar[str]
    longest_line: ClassVar[int]

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> Self:
        """Start a process that waits for commands.

        Raises:
            StorageError: the system would not start another process.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *child_command(cls.module),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=child_environment(),
                limit=cls.longest_line,
                **own_group(),  # type: ignore[arg-type]
            )
        except OSError as error:
            raise StorageError("process_not_started", detail=str(error)) from error
        return cls(process)

    @abstractmethod
    def _encode(self, command: _Command) -> bytes:
        """Write a command as a line."""

    @abstractmethod
    def _decode(self, line: bytes) -> _Message:
        """Read a message from a line.

        Raises:
            msgspec.DecodeError: it is none.
        """

    @abstractmethod
    def _stop(self) -> _Command:
        """Return the command to leave."""

    @abstractmethod
    def _strange(self, detail: str) -> Failed:
        """Return the failure of a child that cannot be understood."""

    @abstractmethod
    def _died(self, detail: str) -> Failed:
        """Return the failure of a child that ended without a last word."""

    @property
    def id(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    async def send(self, command: _Command) -> None:
        """Give a command. One that has ended already is past hearing it, which is no error."""
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - it was opened as a pipe
        with contextlib.suppress(ConnectionError, TimeoutError):
            stdin.write(self._encode(command))
            async with asyncio.timeout(SEND_SECONDS):
                await stdin.drain()

    async def receive(self) -> _Message | Failed:
        """Wait for a message; a child that ends, or says something strange, has failed."""
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101
        try:
            line = await stdout.readline()
        except ValueError:  # longer than the limit
            return self._strange("a line is too long")
        if not line.endswith(b"\n"):
            return await self._last_word()
        try:
            return self._decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return self._strange(str(error))

    async def _last_word(self) -> Failed:
        """Say how a child ended that did not say so itself."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            return self._strange("its stream ended and it did not")
        return self._died(f"exit code {code}")

    async def close(self) -> None:
        """Have it leave and end; kill it after two seconds. Safe to call more than once."""
        if self._process.returncode is None:
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self.send(self._stop())
                    await self._drain()
                    await self._process.wait()
            except TimeoutError:
                _log.debug("process %d did not stop in time", self.id)
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
