"""What a person reads about a task, as a Markdown file beside the task's own.

The file has a title, a summary below it, and the sections `Overview`, `Data format` and `Model`,
each of which may be missing. Their words are shown as they stand: nothing in them is ever run,
opened or rendered as HTML.
"""

from __future__ import annotations

import re

LARGEST_TEXTS_BYTES = 100_000
_SECTIONS = {"overview": "overview", "data format": "data_format", "model": "model"}


def parse_texts(markdown: str) -> dict[str, str]:
    """Return the fields of a task's display.

    Raises:
        ValueError: there is no title, or a section of another name.
    """
    head, *sections = re.split(r"^## +", markdown.replace("\r\n", "\n"), flags=re.MULTILINE)
    title, _, summary = head.strip().partition("\n")
    if not title.startswith("# "):
        raise ValueError("the first line is no title that begins with `# `")
    fields = {"title": title[2:].strip(), "summary": summary.strip()}
    for section in sections:
        name, _, words = section.partition("\n")
        field = _SECTIONS.get(name.strip().lower())
        if field is None:
            raise ValueError(f"there is no section called {name.strip()!r}")
        fields[field] = words.strip()
    return fields
