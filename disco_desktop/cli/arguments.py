"""Paths on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from disco_desktop.app.inert_text import inert


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
