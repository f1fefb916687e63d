"""The server that the application works with, and the tasks that it offers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Literal, TypeAlias

from disco_desktop.app.library.observable import Observable
from disco_desktop.app.server.api import fetch_summaries, fetch_task
from disco_desktop.app.server.hosting import HostedServer
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.errors import DiscoError, ServerError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from disco_desktop.app.library.settings import ServerChoice
    from disco_desktop.engine.messages import TaskSummary
    from disco_desktop.engine.task.task import Task

# The bundled server's usual port, so that a training finds it again after a restart.
USUAL_PORT = 8_765

ServerState: TypeAlias = Literal["off", "starting", "ready", "failed"]

_log = logger(__name__)


class ServerInUse(Observable):
    """Starts and watches the bundled server, or holds the address of another one.

    Attributes:
        state: whether there is a server to work with.
        address: where it is, once it is ready.
        error: why there is none.
        is_here: whether it is the bundled one on this computer.
    """

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self.state: ServerState = "off"
        self.address: ServerAddress | None = None
        self.error: DiscoError | None = None
        self.is_here = True
        self._data_dir = data_dir
        self._running: asyncio.Task[None] | None = None

    async def use(self, choice: ServerChoice | None) -> None:
        """Work with a server from now on: another one, or none to host it here."""
        await self.close()
        self.is_here = choice is None
        if choice is None:
            self._go("starting")
            self._running = asyncio.create_task(self._host())
            return
        try:
            self.address = ServerAddress(choice.url, choice.fingerprint)
        except DiscoError as error:
            self._fail(error)
        else:
            self._go("ready")

    async def try_again(self) -> None:
        """Start the bundled server once more after it failed."""
        if self.is_here and self.state == "failed":
            await self.use(None)

    async def _host(self) -> None:
        try:
            port = await asyncio.to_thread(_usual_port_if_free)
            # Another profile may take the port between the look and the start.
            if not port or not await self._keep_hosting(port):
                await self._keep_hosting(0)
        except DiscoError as error:
            self._fail(error)
        except Exception as error:
            _log.exception("the bundled server failed")
            self._fail(DiscoError("hosted_server_failed", detail=repr(error)))

    async def _keep_hosting(self, port: int) -> bool:
        """Host until it fails for good; tell whether the server started at all.

        Raises:
            ServerError: it died too often; or it did not start, where any port would have done.
        """
        server = HostedServer(data_dir=self._data_dir, port=port)
        try:
            await server.__aenter__()
        except ServerError:
            if port:
                return False
            raise
        try:
            self.address = server.address
            self._go("ready")
            await server.failure()
        finally:
            await server.__aexit__()
        return True

    def _fail(self, error: DiscoError) -> None:
        _log.debug("no server: %s", error)
        self.address, self.error = None, error
        self._go("failed")

    def _go(self, state: ServerState) -> None:
        self.state = state
        if state != "failed":
            self.error = None
        self.changed()

    async def close(self) -> None:
        """Stop the bundled server, if it runs."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
            self._running = None
        self.address = None
        self.state = "off"


def _usual_port_if_free() -> int:
    """Return the usual port, or zero where another program, perhaps another profile, has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", USUAL_PORT))
        except OSError:
            return 0
        return USUAL_PORT


_PATIENCE = 60.0  # seconds for the bundled server to start on a slow machine

CatalogueState: TypeAlias = Literal["loading", "loaded", "unreachable"]


class TaskCatalogue(Observable):
    """Asks the server for its tasks, and again when somebody looks.

    Attributes:
        summaries: the tasks, by title; those of the last answer while a new one is awaited.
        error: why there was no answer.
    """

    def __init__(self, server: ServerInUse) -> None:
        super().__init__()
        self.state: CatalogueState = "loading"
        self.summaries: Sequence[TaskSummary] = ()
        self.error: DiscoError | None = None
        self._server = server
        self._tasks: dict[str, Task] = {}
        self._asking = asyncio.Lock()

    async def refresh(self) -> None:
        """Ask the server; whoever observes is told when the answer is there."""
        if self._asking.locked():
            return
        async with self._asking:
            address = self._server.address
            if address is None:
                self.error = self._server.error
                self._go("unreachable" if self._server.state == "failed" else "loading")
                return
            try:
                summaries = await fetch_summaries(address)
            except DiscoError as error:
                self.error = error
                self._go("unreachable")
                return
            self.error = None
            self.summaries = sorted(summaries, key=lambda summary: summary.title.casefold())
            self._go("loaded")

    async def wait_until_loaded(self) -> None:
        """Wait for the first answer of a server that may still be starting.

        Raises:
            DiscoError: there is none.
        """
        arrived = asyncio.Event()
        end = self.observe(arrived.set)
        try:
            async with asyncio.timeout(_PATIENCE):
                while self.state == "loading":
                    arrived.clear()
                    await arrived.wait()
        except TimeoutError as error:
            raise DiscoError("server_starting") from error
        finally:
            end()
        if self.state == "unreachable":
            raise self.error or DiscoError("server_starting")

    def _go(self, state: CatalogueState) -> None:
        self.state = state
        self.changed()

    def summary(self, task_id: str) -> TaskSummary | None:
        """Return what is known of a task."""
        return next((known for known in self.summaries if known.id == task_id), None)

    async def task(self, task_id: str) -> Task:
        """Return a task as the server has it now.

        Raises:
            ServerError: it cannot be reached, or does not have the task.
            TaskError: what it answers is not a task.
        """
        summary = self.summary(task_id)
        known = self._tasks.get(task_id)
        if known is not None and summary is not None and known.digest == summary.digest:
            return known
        if self._server.address is None:
            raise self._server.error or DiscoError("server_starting")
        task = await fetch_task(self._server.address, task_id)
        self._tasks[task_id] = task
        return task

    def known_task(self, task_id: str) -> Task | None:
        """Return a task that was fetched before."""
        return self._tasks.get(task_id)
