"""Names that people give to models: shown as they are, so nothing in them may act."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST_NAME = 150

# Marks that turn the direction of the text around them, on which a false name could be built.
_DIRECTION_MARKS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def clean_name(name: str) -> str:
    """Return a name on one line, without control characters and marks of direction.

    Raises:
        ModelError: nothing is left, or it is too long.
    """
    shown = "".join(
        " " if unicodedata.category(character)[0] in "CZ" and character not in "\u200c\u200d"
        else character
        for character in name
        if character not in _DIRECTION_MARKS
    )  # fmt: skip
    cleaned = " ".join(shown.split())
    if not cleaned or len(cleaned) > LONGEST_NAME:
        raise ModelError("model_name_invalid", longest=LONGEST_NAME)
    return cleaned


def unique_name(name: str, taken: Collection[str]) -> str:
    """Return the name, or the first of `name 2`, `name 3` … that is free."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} {number}"
    return candidate
