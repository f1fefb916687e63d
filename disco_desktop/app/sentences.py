"""What a person reads: codes and their arguments, made into sentences.

The templates stand in `catalogue.py`. Whatever a sentence mentions may come from elsewhere (a
file's name, a server's answer), so it is made inert; and a sentence is always found, even for a
code that only a newer program knows.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from disco_desktop.app.catalogue import SENTENCES, STATUSES
from disco_desktop.app.inert_text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.engine.events import Status

LONGEST_LIST = 20


class _Template(string.Formatter):
    """Fills in a template; `{rows:row|rows}` gives `1 row` or `2 rows`."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return an argument, or a mark where the sender left it out."""
        return kwargs.get(str(key), "?")

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write one argument, in a form that is safe to show."""
        singular, bar, plural = format_spec.partition("|")
        shown = _shown(value)
        return f"{shown} {singular if value == 1 else plural}" if bar else shown


def _shown(value: object) -> str:
    match value:
        case bool() | None:
            return str(value)
        case int():
            return f"{value:,}" if abs(value) >= 10_000 else str(value)
        case float():
            return f"{value:.4g}"
        case list() | tuple():
            items = [_shown(item) for item in value[:LONGEST_LIST]]
            return ", ".join(items) + (", …" if len(value) > LONGEST_LIST else "")
        case _:
            return inert(str(value))


_template = _Template()


def sentence(error: DiscoError) -> str:
    """Say what went wrong and what to do."""
    return sentence_for(error.code, error.arguments)


def sentence_for(code: str, arguments: Mapping[str, Any]) -> str:
    """Say what a code means, for instance one that another process reported."""
    template = SENTENCES.get(code)
    if template is None:
        return _template.vformat(SENTENCES["unknown_code"], (), {"code": code})
    return _template.vformat(template, (), arguments)


def problem_sentence(problem: Problem) -> str:
    """Say what is the matter with somebody's data, and where."""
    template = SENTENCES.get(problem.code, SENTENCES["unknown_problem"])
    return _template.vformat(template, (), {**problem.told(), "code": problem.code})


def status_sentence(status: Status, *, participants: int = 0, minimum: int = 0) -> str:
    """Say what a participant is doing or waiting for."""
    return _template.vformat(
        STATUSES[status], (), {"participants": participants, "minimum": minimum}
    )
