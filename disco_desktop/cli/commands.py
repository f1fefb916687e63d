"""What the commands share: paths, the parser's parts, and how a long one is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from disco_desktop.app.words.inert_text import inert
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from disco_desktop.app.words.command_line import Parser

    Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
    Command: TypeAlias = Callable[[argparse.Namespace], int]


def existing_path(text: str) -> Path:
    """Read the path of a file or folder that must be there."""
    path = Path(text).expanduser()
    try:
        is_there = path.exists()
    except (OSError, ValueError):
        is_there = False
    if not is_there:
        raise argparse.ArgumentTypeError(f"there is no file or folder {inert(text)!r}")
    return path


def output_path(text: str) -> Path:
    """Read the path of a file to write, in a folder that must be there."""
    path = Path(text).expanduser()
    try:
        is_folder, is_possible = path.is_dir(), path.absolute().parent.is_dir()
    except (OSError, ValueError):
        is_folder = is_possible = False
    if is_folder:
        raise argparse.ArgumentTypeError(f"{inert(text)!r} is a folder: name a file in it")
    if not is_possible:
        raise argparse.ArgumentTypeError(
            f"the file {inert(text)!r} cannot be written: make its folder first"
        )
    return path


_Result = TypeVar("_Result")


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


def add_task(parser: Parser) -> None:
    """Let a command take a task."""
    parser.add_argument(
        "task",
        metavar="TASK",
        help=tr("a task's id, as `disco tasks` lists them, or its file or folder"),
    )


def add_server(parser: Parser) -> None:
    """Let a command take a server's address."""
    parser.add_argument(
        "--server",
        metavar="URL",
        help=tr("the server that offers the task (default: this machine)"),
    )
    parser.add_argument(
        "--fingerprint",
        metavar="SHA256",
        help=tr("the fingerprint of the server's certificate, as its operator sees it"),
    )


def run_interruptibly(work: Coroutine[object, object, _Result]) -> _Result:
    """Run a coroutine; Ctrl-C and a request to end cancel it, and its clean-up is waited for.

    Raises:
        KeyboardInterrupt: it was interrupted either way.
    """

    async def run() -> _Result:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one
        with contextlib.suppress(NotImplementedError):  # Windows knows no such request
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
