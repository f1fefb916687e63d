"""What all pages have in common: a title, a column of content that scrolls, and a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from disco_desktop.gui.theme.tokens import CONTENT_WIDTH, HUGE, LARGE, SMALL
from disco_desktop.gui.widgets.card import column
from disco_desktop.gui.widgets.text import Text

if TYPE_CHECKING:
    from disco_desktop.gui.widgets.card import Item


class Page(QScrollArea):
    """A page of the application.

    Attributes:
        name: what places call it.
        widest: how many pixels its content takes at most.
        content: the column that the page's parts go in.
    """

    name = ""
    belongs_to = ""
    widest = CONTENT_WIDTH

    def __init__(self, title: str = "", subtitle: str = "") -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.title = Text(title, size="title")
        self.subtitle = Text(subtitle, tone="muted")
        self.subtitle.setVisible(bool(subtitle))
        self.content: QVBoxLayout = column(spacing=LARGE)
        inner = QWidget()
        inner.setMaximumWidth(self.widest)
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        inner.setLayout(self.content)
        if title:
            self.content.addLayout(column(self.title, self.subtitle, spacing=SMALL))
        self.outer = outer = QWidget()
        outer.setProperty("role", "page")
        middle = column(inner, margin=0)
        middle.setContentsMargins(HUGE, LARGE + SMALL, HUGE, LARGE)
        outer.setLayout(middle)
        self.setWidget(outer)
        self.viewport().setAutoFillBackground(False)
        outer.setAutoFillBackground(False)

    def add(self, *items: Item) -> None:
        """Put parts at the end of the page."""
        for item in items:
            match item:
                case None:
                    self.content.addStretch(1)
                case int():
                    self.content.addSpacing(item)
                case QWidget():
                    self.content.addWidget(item)
                case _:
                    self.content.addLayout(item)

    def entered(self, subject: str) -> None:
        """Show a subject; called each time one comes here."""
