"""The providers known on this machine: the default ones and installed plug-ins alike."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import TaskError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from disco_desktop.engine.task.provider import TaskProvider

ENTRY_POINT_GROUP = "disco_desktop.tasks"

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
