"""Short, harmless excerpts of text from elsewhere, to be mentioned in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_EXCERPT = 40
LONGEST_FILE_NAME = 120


def excerpt(text: str, longest: int = LONGEST_EXCERPT) -> str:
    """Return the beginning of a text, without characters that could mislead a reader.

    Control characters, line ends and marks that turn the reading direction become U+FFFD.
    """
    start = text[: longest + 1]
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in start)
    return shown if len(start) <= longest else shown[:longest] + "…"


def file_name(path: Path) -> str:
    """Return the name of a file or folder as it may be shown."""
    return excerpt(path.name or str(path), LONGEST_FILE_NAME)
