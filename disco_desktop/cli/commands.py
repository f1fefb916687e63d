"""What the modules of the commands share with the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from disco_desktop.app.command_line import Parser

    Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
    Command: TypeAlias = Callable[[argparse.Namespace], int]


def add_command(commands: Commands, name: str, run: Command, words: str) -> Parser:
    """Add a command and return its parser.

    Args:
        commands: where it is added.
        name: what it is called by.
        run: carries it out and returns the exit code.
        words: what it does, for the list of commands and its own help.
    """
    parser = commands.add_parser(name, help=words, description=words[:1].upper() + words[1:] + ".")
    parser.set_defaults(run=run)
    return parser
