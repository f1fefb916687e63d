"""What the desktop program can be told when it starts."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop import __version__
from disco_desktop.app.command_line import Parser
from disco_desktop.app.inert_text import inert

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence


def parse_arguments(arguments: Sequence[str] | None) -> Namespace:
    """Read the command line.

    Raises:
        WrongCallError: it is not as it should be.
    """
    parser = Parser(
        prog="disco-desktop", description="Train one model together, without sharing the data."
    )
    parser.add_argument(
        "--profile", type=_folder, metavar="DIR",
        help="keep models and settings in this folder; another profile is another participant",
    )  # fmt: skip
    parser.add_argument("--server", metavar="URL", help="use this server instead of the chosen one")
    parser.add_argument("--version", action="version", version=f"Disco Desktop {__version__}")
    return parser.parse_args(arguments)


def _folder(text: str) -> Path:
    """Read the path of a folder; one that is not there yet is made when it is needed."""
    path = Path(text).expanduser()
    try:
        path = path.resolve()
        nearest = next(place for place in (path, *path.parents) if place.exists())
        is_possible = nearest.is_dir()
    except (OSError, RuntimeError, ValueError):  # no name, or one that leads in a circle
        is_possible = False
    if not is_possible:
        raise ArgumentTypeError(f"{inert(text)!r} cannot be a folder: name another one")
    return path
