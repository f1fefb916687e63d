"""Where one is in the application, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

_LONGEST_WAY_BACK = 50


@dataclass(frozen=True)
class Place:
    """A page, and what it shows: for instance a task's or a model's id."""

    page: str
    subject: str = ""


class Navigator(QObject):
    """Moves between places.

    Attributes:
        moved: emitted with the new place.
    """

    moved = Signal(object)

    def __init__(self, start: Place) -> None:
        super().__init__()
        self._way = [start]

    @property
    def place(self) -> Place:
        """Where one is."""
        return self._way[-1]

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place to go back to."""
        return len(self._way) > 1

    def go(self, page: str, subject: str = "") -> None:
        """Go to a place; where one is there already, nothing happens."""
        place = Place(page, subject)
        if place != self.place:
            self._way.append(place)
            del self._way[:-_LONGEST_WAY_BACK]
            self.moved.emit(place)

    def back(self) -> None:
        """Go back to where one was before."""
        if self.can_go_back:
            self._way.pop()
            self.moved.emit(self.place)
