"""Telling others of a change without knowing them, and without Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Observable:
    """Calls whoever asked to be called, in the order in which they asked."""

    def __init__(self) -> None:
        self._observers: list[Callable[[], None]] = []

    def observe(self, observer: Callable[[], None]) -> Callable[[], None]:
        """Have something called after each change; what is returned ends that."""
        self._observers.append(observer)

        def end() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return end

    def changed(self) -> None:
        """Tell everybody."""
        for observer in tuple(self._observers):
            observer()
