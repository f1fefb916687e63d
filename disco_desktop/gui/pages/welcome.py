"""The first page of the first run: which server to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, TINY
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, column, row
from disco_desktop.gui.widgets.server_form import ServerForm
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from disco_desktop.app.library.settings import Preferences, ServerChoice
    from disco_desktop.app.server.in_use import ServerInUse
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.theme.theme import Theme

_WIDTH = 720


class WelcomePage(Page):
    """One choice, with a good default.

    Attributes:
        done: emitted once the choice is made and kept.
    """

    name = "welcome"
    belongs_to = ""
    done = Signal()

    def __init__(
        self, theme: Theme, preferences: Preferences, server: ServerInUse, errands: Errands
    ) -> None:
        super().__init__(
            tr("Welcome to Disco Desktop"),
            tr(
                "Train one model together without giving your data away. First, choose the "
                "server to start with."
            ),
        )
        self._preferences = preferences
        self._server = server
        self._errands = errands
        self._group = QButtonGroup(self)
        self.here = self._choice(tr("&This computer"))
        self.elsewhere = self._choice(tr("&Join a server"))
        self.here.setChecked(True)
        self.begin = QAction(tr("&Start"), self)
        self.begin.setShortcut("Ctrl+Return")
        self.begin.setStatusTip(tr("Start with the server on this computer"))
        self.begin.triggered.connect(lambda: self._use(None))
        self.form = ServerForm(theme, errands)
        self.form.confirmed.connect(self._use)
        self._own = QWidget()
        self._own.setLayout(row(ActionButton(self.begin, "primary"), None))
        self._group.buttonToggled.connect(self._show)
        cards = column(
            Card(
                column(
                    self.here,
                    self._words(tr(
                        "Disco runs its own server for this computer only: to try it out, "
                        "or to train alone. Nothing is sent over the network.")),
                    self._indented(self._own), spacing=SMALL,
                ),
                margin=LARGE,
            ),
            Card(
                column(
                    self.elsewhere,
                    self._words(tr(
                        "Someone, such as a hospital or a school, runs a server for you and "
                        "others and gave you its address and fingerprint.")),
                    self._indented(self.form), spacing=SMALL,
                ),
                margin=LARGE,
            ),
            Text(tr("You can change this later in the settings."), tone="muted",
                 size="small"),
            spacing=MEDIUM,
        )  # fmt: skip
        whole = QWidget()
        whole.setMaximumWidth(_WIDTH)
        whole.setLayout(cards)
        self.add(whole, None)
        self._show()

    def _choice(self, title: str) -> QRadioButton:
        button = QRadioButton(title)
        font = button.font()
        font.setBold(True)
        button.setFont(font)
        self._group.addButton(button)
        return button

    def _words(self, text: str) -> Text:
        words = Text(text, tone="muted")
        words.setContentsMargins(LARGE, 0, 0, 0)
        return words

    def _indented(self, widget: QWidget) -> QWidget:
        widget.setContentsMargins(LARGE, TINY, 0, 0)
        return widget

    def entered(self, subject: str) -> None:
        """Begin with the keyboard where Enter is enough."""
        self.here.setFocus()

    def _show(self) -> None:
        is_here = self.here.isChecked()
        self._own.setVisible(is_here)
        self.begin.setEnabled(is_here)
        self.form.setVisible(not is_here)
        if not is_here:
            self.form.address.setFocus()

    def _use(self, choice: ServerChoice | None) -> None:
        self._errands.run(self._set_up(choice))

    async def _set_up(self, choice: ServerChoice | None) -> None:
        try:
            await self._preferences.choose_server(choice)
        finally:
            if choice is not None or not self._server.is_here or self._server.state == "off":
                await self._server.use(choice)
            self.done.emit()
