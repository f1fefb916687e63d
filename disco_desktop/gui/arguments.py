"""What the desktop program can be told when it starts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="disco-desktop", description="Train one model together, without sharing the data."
    )
    parser.add_argument(
        "--profile", type=Path, metavar="DIR",
        help="keep models and settings in this folder; another profile is another participant",
    )  # fmt: skip
    parser.add_argument("--server", metavar="URL", help="use this server instead of the chosen one")
    parser.add_argument("--version", action="version", version=f"Disco Desktop {__version__}")
    return parser.parse_args(arguments)
