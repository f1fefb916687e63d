"""Which tasks a server offers when it starts, and where their first weights come from."""

from __future__ import annotations

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.engine.default_tasks.registry import task_providers
from disco_desktop.engine.errors import DiscoError, TaskError
from disco_desktop.engine.task.initial_weights import draw_initial_weights, draw_several
from disco_desktop.engine.task.provider import TaskProvider
from disco_desktop.engine.task.task import TASK_FILE, read_task
from disco_desktop.engine.weights.model_file import read_model
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.weights import Weights
    from disco_desktop.server.rooms.rooms import Rooms

WEIGHTS_FILE = "weights.safetensors"

_log = logger(__name__)


async def offer_tasks(rooms: Rooms, tasks_dir: Path | None) -> None:
    """Offer the tasks of a folder, a subfolder each; without one, all that this machine knows.

    What the server offered before and has not changed keeps its room and its model.

    Raises:
        TaskError: the folder holds no tasks, or one that breaks the schema.
    """
    if tasks_dir is None:
        await _offer_all(rooms, [*task_providers().values()])
        return
    for task, weights_file in await asyncio.to_thread(_read_bundles, tasks_dir):
        await offer_task(rooms, task, weights_file)


async def _offer_all(rooms: Rooms, providers: Iterable[TaskProvider]) -> None:
    """Offer the tasks of all providers; one process draws all weights that need no other code."""
    own: list[tuple[Task, TaskProvider]] = []
    plain: list[Task] = []
    for provider in providers:
        task = provider.get_task()
        if type(provider).get_model is not TaskProvider.get_model:
            own.append((task, provider))
        elif not _is_offered(rooms, task):
            plain.append(task)
    with tempfile.TemporaryDirectory(prefix="disco-") as folder:
        files = [(task, Path(folder) / f"{task.id}.safetensors") for task in plain]
        if files:
            await asyncio.to_thread(draw_several, files, seed=0)
        for task, file in files:
            await _offer(rooms, task, partial(_read, file))
    for task, provider in own:
        try:
            await _offer(rooms, task, partial(_drawn, provider.get_model))
        except DiscoError:
            raise
        except Exception as error:  # of a plug-in, which must not take the others down
            _log.warning("the task %s cannot be offered: %r", task.id, error)
            _log.debug("where it failed", exc_info=True)


def _is_offered(rooms: Rooms, task: Task) -> bool:
    known = rooms.tasks.get(task.id)
    return known is not None and known.digest == task.digest


def _read_bundles(tasks_dir: Path) -> list[tuple[Task, Path | None]]:
    folders = sorted(path.parent for path in tasks_dir.glob(f"*/{TASK_FILE}"))
    if not folders:
        raise TaskError("no_tasks_in_folder", folder=str(tasks_dir))
    files = [folder / WEIGHTS_FILE for folder in folders]
    return [
        (read_task(folder / TASK_FILE), file if file.is_file() else None)
        for folder, file in zip(folders, files, strict=True)
    ]


async def offer_task(rooms: Rooms, task: Task, weights_file: Path | None = None) -> None:
    """Offer one task, with the weights of a file or else with such as are drawn for it."""
    if weights_file is None:
        await _offer(rooms, task, partial(_drawn, partial(draw_initial_weights, task, seed=0)))
    else:
        await _offer(rooms, task, partial(_read, weights_file))


async def _offer(rooms: Rooms, task: Task, initial: Callable[[], Weights]) -> None:
    if not _is_offered(rooms, task):
        await rooms.add_task(task, await asyncio.to_thread(initial))
        _log.debug("the task %s is on offer", task.id)


def _drawn(write_model: Callable[[Path], None]) -> Weights:
    """Have weights written to a file, by a child process that has torch."""
    with tempfile.TemporaryDirectory(prefix="disco-") as folder:
        path = Path(folder) / WEIGHTS_FILE
        write_model(path)
        return _read(path)


def _read(path: Path) -> Weights:
    weights, _ = read_model(path)
    return weights
