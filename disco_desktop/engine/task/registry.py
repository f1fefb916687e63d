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

    A plug-in that cannot be loaded is logged and left out: it must not take the others down.
    """
    providers: dict[str, TaskProvider] = {}
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        try:
            provider = point.load()()
            task = provider.get_task()
        except Exception:
            _log.exception("the task plug-in %s cannot be loaded", point.name)
            continue
        providers[task.id] = provider
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
