"""The tasks that the server in use offers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal, TypeAlias

from disco_desktop.app.observable import Observable
from disco_desktop.app.server_api import fetch_summaries, fetch_task
from disco_desktop.engine.errors import DiscoError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.app.server_in_use import ServerInUse
    from disco_desktop.engine.messages import TaskSummary
    from disco_desktop.engine.task.task import Task

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
