"""A number with its name: what the cards of a running training show."""

from __future__ import annotations

from disco_desktop.gui.theme.tokens import MEDIUM, TINY
from disco_desktop.gui.widgets.card import Card
from disco_desktop.gui.widgets.layout import column
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import NOTHING


class StatCard(Card):
    """A name, a value, and a word more about it."""

    def __init__(self, name: str) -> None:
        self._title = Text(name, size="small", tone="muted", is_wrapped=False)
        self._value = Text(NOTHING, size="heading", is_wrapped=False)
        self._more = Text("", size="small", tone="muted", is_wrapped=False)
        super().__init__(
            column(
                self._title,
                self._value,
                self._more,
                spacing=TINY,
            ),
            margin=MEDIUM - TINY,
        )
        self._name = name
        self.show_value(NOTHING)

    def rename(self, name: str) -> None:
        """Call what is shown something else."""
        self._name = name
        self._title.setText(name)
        self.setAccessibleName(f"{name}: {self.value}")

    def show_value(self, value: str, more: str = "") -> None:
        """Show a value."""
        self._value.setText(value)
        self._more.setText(more or " ")
        self.setAccessibleName(f"{self._name}: {value} {more}".strip())

    @property
    def value(self) -> str:
        """What is shown."""
        return self._value.text()
