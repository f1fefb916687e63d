"""The providers known on this machine: the default ones and installed plug-ins alike."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import TaskError
from disco_desktop.engine.task.task import TASK_FILE, read_task
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from disco_desktop.engine.task.provider import TaskProvider
    from disco_desktop.engine.task.task import Task

ENTRY_POINT_GROUP = "disco_desktop.tasks"
SAMPLE_FOLDER = "sample"  # beside a task's file

_log = logger(__name__)


def task_providers() -> dict[str, TaskProvider]:
    """Return the providers by the id of their task, sorted.

    A plug-in that cannot be used is logged and left out: it must not take the others down. Of two
    with the same task, the first by name is kept.
    """
    providers: dict[str, TaskProvider] = {}
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        try:
            provider = point.load()()
            task_id = provider.get_task().id
        except Exception as error:
            _log.warning("the task plug-in %s cannot be used: %r", point.name, error)
            _log.debug("where it failed", exc_info=True)
            continue
        if task_id in providers:
            _log.warning("the task plug-in %s is left out: %s is taken", point.name, task_id)
            continue
        providers[task_id] = provider
    return dict(sorted(providers.items()))


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
    if file is None:
        return task_provider(str(reference)).sample_data()
    beside = file.parent / SAMPLE_FOLDER
    return beside if beside.is_dir() else None


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
