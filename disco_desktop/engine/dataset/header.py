"""The first row of a table: where the columns are that a task needs."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.cells import composed
from disco_desktop.engine.dataset.excerpt import excerpt
from disco_desktop.engine.dataset.refused_file import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_NAME = 200
_MOST_COMPARED = 1000  # similar names are looked for in a table of people, not of genes


def tidy(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Strip what surrounds the names without being seen: spaces and a byte order mark.

    One that differs only in Unicode's form from a wanted one is spelt like it.
    """
    names = [name.strip().strip("\ufeff").strip() for name in names]
    spelt = {composed(name): name for name in wanted if name not in names}
    return [name if name in wanted else spelt.get(composed(name), name) for name in names]


def locate(file: str, names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Return the positions of the wanted columns.

    Raises:
        FileRefusedError: one is not there, or is there twice.
    """
    missing = [name for name in wanted if name not in names]
    if missing:
        similar = _similar(missing, names)
        code = "columns_missing_but_similar" if similar else "columns_missing"
        raise refuse(code, file, columns=missing, similar=similar)
    for name in wanted:
        if names.count(name) > 1:
            raise refuse("column_twice", file, column=name)
    return [names.index(name) for name in wanted]


def _similar(missing: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return names in the file that may be meant by the missing ones."""
    folded = {name[:_LONGEST_NAME].casefold(): name for name in names[:_MOST_COMPARED] if name}
    found: list[str] = []
    for name in missing:
        close = difflib.get_close_matches(name.casefold(), folded, n=1)
        found += [excerpt(folded[key]) for key in close]
    return list(dict.fromkeys(found))


def distinct(names: Sequence[str]) -> list[str]:
    """Return names that differ: an empty one or a repeated one gets a number, others stay."""
    taken: set[str] = set()
    reserved = set(names)
    given: list[str] = []
    for number, name in enumerate(names, start=1):
        candidate = name
        if not name or name in taken:
            candidate = f"{name or 'column'} ({number})"
            while candidate in taken or candidate in reserved:
                candidate += "'"
        taken.add(candidate)
        given.append(candidate)
    return given
