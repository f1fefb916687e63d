"""Names of files that are made from what people call things."""

from __future__ import annotations

_LONGEST = 100


def file_name(name: str, suffix: str) -> str:
    """Return a name that any system takes for a file; the suffix has no dot."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else "_" for letter in name)
    return f"{kept.strip()[:_LONGEST] or '_'}.{suffix}"
