"""`disco tasks`: which tasks this machine knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.cli import commands
from disco_desktop.cli.output import Output
from disco_desktop.engine.default_tasks.registry import task_providers
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from argparse import Namespace


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    commands.add_command(parsers, "tasks", run, tr("list the tasks available on this computer"))


def run(_: Namespace) -> int:
    """Print a line a task."""
    tasks = [provider.get_task() for provider in task_providers().values()]
    Output().table(
        [tr("Task"), tr("Title"), tr("Scheme"), tr("Data"), tr("About")],
        [
            [
                task.id,
                task.display.title,
                task.collaboration.scheme,
                str(task.data.__struct_config__.tag),
                task.display.summary,
            ]
            for task in tasks
        ],
    )
    return 0
