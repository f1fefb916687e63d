"""Text from elsewhere, made inert before it is shown anywhere."""

from __future__ import annotations

import unicodedata

LONGEST = 200
SIGN = "\ufffd"

# These join letters in Persian, Hindi and emoji, and cannot turn a line around.
_JOINERS = {"\u200c", "\u200d"}


def inert(text: str, *, longest: int = LONGEST) -> str:
    """Return a text in one line, at most `longest` characters, that does nothing to a terminal.

    Control characters (an escape sequence begins with one) and marks that turn the reading
    direction become a visible sign; separators of any kind become a space.
    """
    shown = text[:longest]
    if not shown.isprintable():  # nearly all texts are, and it takes a hundredth of the time
        shown = "".join(_shown(char) for char in shown)
    return shown + "…" if len(text) > longest else shown


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category.startswith("Z") or char in "\t\n\r":
        return " "
    return SIGN if category.startswith("C") and char not in _JOINERS else char


def inert_paragraphs(text: str) -> str:
    """Return a longer text with its line ends, and otherwise as inert as a single line."""
    return "\n".join(inert(line, longest=len(line)) for line in text.splitlines())
