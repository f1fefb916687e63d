"""`disco serve`: the aggregation server, which is also a program of its own, `disco-server`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from disco_desktop.cli import commands
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence


def add_command(parsers: commands.Commands) -> None:
    """Add the command to the list; its options are the server's."""
    commands.add_command(
        parsers, "serve", _run, tr("run the aggregation server, as `disco-server` does")
    )


def _run(_: Namespace) -> int:
    return run([])


def run(arguments: Sequence[str]) -> int:
    """Run the server in this process with options of its own.

    The server is a program beside this one and not a part of it, so it is found by its name.
    """
    return int(import_module("disco_desktop.server.main").main(list(arguments)))
