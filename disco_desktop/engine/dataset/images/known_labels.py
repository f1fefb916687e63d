"""From the name of a folder, or a cell, to the outcome that it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.cells import folded

if TYPE_CHECKING:
    from disco_desktop.engine.task.outcome import ClassifiedOutcome


class KnownLabels:
    """A task's values and labels; upper and lower case are the same, and spaces around no matter.

    Where a name is a value of one outcome and a label of another, the value counts.
    """

    def __init__(self, outcome: ClassifiedOutcome) -> None:
        self._places: dict[str, int] = {}
        for names in (outcome.values, outcome.labels):
            for place, name in enumerate(names):
                self._places.setdefault(folded(name), place)

    def place(self, name: str) -> int | None:
        """Return the outcome's place among the values; None where the name means none."""
        return self._places.get(folded(name))
