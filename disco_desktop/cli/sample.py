"""`disco sample`: the sample data that come with a task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.app.words.inert_text import inert
from disco_desktop.cli import commands
from disco_desktop.cli.commands import add_task
from disco_desktop.cli.output import Output
from disco_desktop.engine.default_tasks.registry import find_sample
from disco_desktop.engine.errors import TaskError
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from argparse import Namespace

_MOST_NAMED = 20  # files


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    parser = commands.add_command(
        parsers,
        "sample",
        run,
        tr("copy a task's sample data into a folder, to look at and train on"),
    )
    add_task(parser)
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help=tr("the folder; created if missing")
    )


def run(arguments: Namespace) -> int:
    """Copy the files and say where they are."""
    from disco_desktop.engine.dataset.sample_folder import copy_sample

    source = find_sample(arguments.task)
    if source is None:
        raise TaskError("task_without_sample", task=arguments.task)
    output = Output()
    folder = arguments.folder.expanduser()
    paths = copy_sample(source, folder)
    for path in paths[:_MOST_NAMED]:
        output.say(inert(str(path), longest=4096))
    if len(paths) > _MOST_NAMED:
        more = len(paths) - _MOST_NAMED
        output.say(
            tr("and {more} more files in {folder}").format(
                more=more, folder=inert(str(folder), longest=4096)
            )
        )
    return 0
