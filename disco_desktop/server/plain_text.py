"""Text from elsewhere, made inert before it is put into a page."""

from __future__ import annotations

import html
import unicodedata

# These join letters in Persian, Hindi and emoji, and cannot turn a line around.
_JOINERS = {"\u200c", "\u200d"}


def plain(text: str, *, longest: int = 200) -> str:
    """Return HTML that shows a text as it is, in one line and at most so many characters.

    Control characters and marks that change the direction of the line become a visible sign; an
    honest right-to-left name still shows well, since `<bdi>` keeps it to itself.
    """
    visible = "".join(
        "�" if unicodedata.category(char).startswith("C") and char not in _JOINERS else char
        for char in text[:longest]
    )
    if len(text) > longest:
        visible += "…"
    return f"<bdi>{html.escape(visible)}</bdi>"
