"""A server within a program: started with some tasks, addressed, ended."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.task.task import TASK_FILE, encode_task
from disco_desktop.engine.weights.model_file import write_model
from disco_desktop.server.application import create_application
from disco_desktop.server.config import ServerConfig
from disco_desktop.server.offering import WEIGHTS_FILE
from disco_desktop.server.running import claimed, running

if TYPE_CHECKING:
    from types import TracebackType

    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.weights import Weights


class Server:
    """An aggregation server in this process, on this computer alone.

    ```
    async with Server(task) as server:
        await Disco(task, dataset, server.address).fit()
    ```

    Attributes:
        address: where it is, while it is entered.

    Args:
        tasks: what it offers.
        weights: the weights that training begins with, by the task's id; those of other tasks are
            drawn. A task whose network is code needs them.
        data_dir: what it keeps, so that a later one goes on; a temporary folder where it is None.
        port: any that is free where it is zero.
    """

    address: ServerAddress

    def __init__(
        self,
        *tasks: Task,
        weights: dict[str, Weights] | None = None,
        data_dir: Path | None = None,
        port: int = 0,
    ) -> None:
        self._tasks = tasks
        self._weights = weights or {}
        self._data_dir = data_dir
        self._port = port
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start it.

        Raises:
            DiscoError: it cannot listen, or a task cannot be offered.
        """
        async with contextlib.AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="disco-server-")))
            for task in self._tasks:
                self._write(task, folder / "tasks" / task.id)
            config = ServerConfig(
                data_dir=self._data_dir or folder / "data",
                tasks_dir=folder / "tasks",
                port=self._port,
            )
            stack.enter_context(claimed(config.data_dir))
            port = await stack.enter_async_context(running(create_application(config), config))
            self.address = ServerAddress(f"http://{config.host}:{port}")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let requests under way finish, and end it."""
        await self._stack.aclose()

    def _write(self, task: Task, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / TASK_FILE).write_bytes(encode_task(task))
        if task.id in self._weights:
            write_model(folder / WEIGHTS_FILE, self._weights[task.id], {})
