"""Results as JSON, for scripts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from disco_desktop.cli.arguments import output_path
from disco_desktop.engine.durable_files import replaced_durably
from disco_desktop.engine.memory.storage import storing_in

if TYPE_CHECKING:
    import argparse

STANDARD_OUTPUT = Path("-")


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the option `--json`."""
    parser.add_argument(
        "--json",
        type=_json_path,
        metavar="FILE",
        help="write the result as JSON too (- for standard output, in place of the words)",
    )


def _json_path(text: str) -> Path:
    return STANDARD_OUTPUT if text == "-" else output_path(text)


def write_json(path: Path, content: object) -> None:
    """Write a result, whole or not at all.

    Raises:
        StorageError: it could not be written.
    """
    text = msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
    if path == STANDARD_OUTPUT:
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
        return
    with storing_in(path.absolute().parent):
        if path.exists() and not path.is_file():  # a pipe or a device, not to be replaced
            path.write_bytes(text)
        else:
            with replaced_durably(path) as file:
                file.write(text)
