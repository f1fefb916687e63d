"""What the memory tells of a model without reading its weights, and the names that people give."""

from __future__ import annotations

import secrets
import unicodedata
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

from msgspec import Meta, Struct, field

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.events import EpochTrained, Metrics, RoundEnded
from disco_desktop.engine.task.task import Scheme, TaskId

if TYPE_CHECKING:
    from collections.abc import Collection

_Entry = TypeVar("_Entry")

LONGEST_HISTORY = 1000  # entries a list; a header has room for both

ModelId: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=1 << 53)]


class ModelRecord(Struct, frozen=True, kw_only=True):
    """One model of this machine.

    Attributes:
        name: what a person calls it; no two models of a memory share one.
        created: when its training began, UTC, ISO 8601.
        rounds, epochs: how many are done.
        participants: how many contributed to the last round; one when trained alone.
        metrics: figures on this participant's validation part, once there are any.
        size: bytes of the file.
    """

    id: ModelId
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    task_id: TaskId
    task_title: Annotated[str, Meta(max_length=200)]
    created: Annotated[str, Meta(max_length=40)]
    scheme: Scheme
    rounds: Count = 0
    epochs: Count = 0
    participants: Count = 1
    metrics: Metrics | None = None
    size: Count = 0


class History(Struct, kw_only=True):
    """How a model came about, epoch by epoch and round by round."""

    epochs: list[EpochTrained] = field(default_factory=list)
    rounds: list[RoundEnded] = field(default_factory=list)

    def events(self) -> list[EpochTrained | RoundEnded]:
        """Return both in the order in which they came about."""
        return sorted(
            [*self.epochs, *self.rounds], key=lambda event: (event.round, type(event) is RoundEnded)
        )

    def thinned(self) -> History:
        """Return a copy that fits a file's header: of a long history every second, third … entry.

        The last entry is always among them, so that curves keep their shape and their end.
        """
        return History(epochs=_thinned(self.epochs), rounds=_thinned(self.rounds))


def _thinned(entries: list[_Entry]) -> list[_Entry]:
    step = -(-len(entries) // LONGEST_HISTORY)
    return entries[::-1][::step][::-1] if step > 1 else entries.copy()


def new_model_id() -> str:
    """Draw the id of a new model."""
    return secrets.token_hex(8)


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
