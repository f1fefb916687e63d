"""The tasks known on this machine: built-in ones, a person's own, and installed plug-ins."""

from __future__ import annotations

from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.engine.default_tasks.task_file import BuiltInTask, TaskFile
from disco_desktop.engine.errors import TaskError
from disco_desktop.engine.memory.storage import default_root
from disco_desktop.engine.task.task import TASK_FILE, read_task
from disco_desktop.logs import logger
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.metadata import EntryPoint

    from disco_desktop.engine.task.provider import TaskProvider
    from disco_desktop.engine.task.task import Task

ENTRY_POINT_GROUP = "disco_desktop.tasks"
OWN_TASKS = "tasks"  # the folder of a person's own tasks, among their models and settings

_log = logger(__name__)


def task_providers() -> dict[str, TaskProvider]:
    """Return the providers by the id of their task, sorted.

    They are the built-in tasks, those in the person's own folder of tasks, and installed plug-ins.
    One that cannot be used is logged and left out: it must not take the others down. Of several
    with the same task, the first is kept.
    """
    providers: dict[str, TaskProvider] = {}
    for name, make in _known():
        try:
            provider = make()
            task_id = provider.get_task().id
        except Exception as error:
            _log.warning("the task %s cannot be used: %s", name, error)
            _log.debug("where it failed", exc_info=True)
            continue
        if task_id in providers:
            _log.warning("the task %s is left out: %s is taken", name, task_id)
            continue
        providers[task_id] = provider
    return dict(sorted(providers.items()))


def _known() -> Iterator[tuple[str, Callable[[], TaskProvider]]]:
    """Return what may be a task: its name for the log, and what makes its provider."""
    for folder in sorted(resource("tasks").iterdir()):
        if folder.is_dir():
            yield folder.name, partial(BuiltInTask, folder)
    for path in own_tasks():
        yield path.name, partial(TaskFile, path)
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        yield point.name, partial(_plugged_in, point)


def _plugged_in(point: EntryPoint) -> TaskProvider:
    provider: TaskProvider = point.load()()
    return provider


def own_tasks() -> list[Path]:
    """Return the files of the tasks in the person's own folder, each alone or in a folder."""
    root = default_root().parent / OWN_TASKS
    try:
        return sorted([*root.glob("*.json"), *root.glob(f"*/{TASK_FILE}")])
    except OSError as error:
        _log.warning("the folder of tasks %s cannot be read: %s", root, error)
        return []


def task_provider(task_id: str) -> TaskProvider:
    """Return the provider of one task.

    Raises:
        TaskError: no such task is known on this machine.
    """
    providers = task_providers()
    if task_id not in providers:
        raise TaskError("task_unknown", task=task_id, known=list(providers))
    return providers[task_id]


def find_task(reference: str | Path) -> Task:
    """Return a task by its id, or from its file or its folder.

    Raises:
        TaskError: no such task is known on this machine, or the file holds none.
    """
    file = _task_file(reference)
    return task_provider(str(reference)).get_task() if file is None else read_task(file)


def find_sample(reference: str | Path) -> Path | None:
    """Return the folder of a task's sample data: of a file's task, the folder `sample` beside it.

    Raises:
        TaskError: no such task is known on this machine.
    """
    file = _task_file(reference)
    provider = task_provider(str(reference)) if file is None else TaskFile(file)
    return provider.sample_data()


def task_id(reference: str | Path) -> str:
    """Return the id of a task that is given by its id, or by its file or its folder.

    Raises:
        TaskError: the file holds no task.
    """
    file = _task_file(reference)
    return str(reference) if file is None else read_task(file).id


def _task_file(reference: str | Path) -> Path | None:
    path = Path(reference)
    if path.is_dir() and (path / TASK_FILE).exists():
        return path / TASK_FILE
    is_file = path.is_file() or path.suffix == ".json" or len(path.parts) > 1
    return path if is_file else None
