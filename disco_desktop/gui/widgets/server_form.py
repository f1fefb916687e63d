"""A form for a server's address: who answers there is shown before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QFontDatabase
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from disco_desktop.app.library.settings import ServerChoice
from disco_desktop.app.server.api import grouped, look_at_server, same_fingerprint
from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.errors import DiscoError
from disco_desktop.gui.theme.tokens import MEDIUM, SMALL
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import column, row
from disco_desktop.gui.widgets.notice import Notice
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from disco_desktop.app.server.api import Sighting
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.theme.theme import Theme

_LONGEST = 2_048


class ServerForm(QWidget):
    """Asks for an address, shows the certificate that answers, and has it confirmed.

    Attributes:
        confirmed: emitted with the ServerChoice that a person has confirmed.
    """

    confirmed = Signal(object)

    def __init__(self, theme: Theme, errands: Errands) -> None:
        super().__init__()
        self._errands = errands
        self._sighting: Sighting | None = None
        self.address = QLineEdit()
        self.address.setPlaceholderText("https://disco.example.org:8765")
        self.address.setAccessibleName(tr("Address of the server"))
        self.address.setMaxLength(_LONGEST)
        self.address.textChanged.connect(self._address_changed)
        self.address.returnPressed.connect(self._look)
        self.check = QAction(tr("&Check"), self)
        self.check.setStatusTip(tr("See who answers at this address; none of your data are sent"))
        self.check.triggered.connect(self._look)
        self.use = QAction(tr("&Use this server"), self)
        self.use.triggered.connect(self._confirm)
        self.told = QLineEdit()
        self.told.setPlaceholderText(tr("Paste the fingerprint you were given"))
        self.told.setAccessibleName(tr("Fingerprint you were given"))
        self.told.setMaxLength(200)
        self.told.textChanged.connect(self._compare)
        self._trouble = Notice(theme)
        self._seen = self._make_seen()
        line = row(self.address, ActionButton(self.check))
        line.setStretch(0, 1)
        self.setLayout(column(line, self._trouble, self._seen, spacing=MEDIUM))
        self._address_changed()

    def _make_seen(self) -> QFrame:
        self._title = Text(size="strong")
        self._words = Text(tone="muted")
        self._fingerprint = Text(is_selectable=True)
        self._fingerprint.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._verdict = Text(size="strong")
        seen = QFrame()
        seen.setProperty("role", "sunken")
        seen.setLayout(
            column(
                self._title, self._words, self._fingerprint, self.told, self._verdict,
                row(ActionButton(self.use, "primary"), None), spacing=SMALL, margin=MEDIUM,
            )
        )  # fmt: skip
        return seen

    def start_over(self) -> None:
        """Empty the form."""
        self.address.clear()

    def _address_changed(self) -> None:
        self._sighting = None
        self._seen.hide()
        self._trouble.hide()
        self.check.setEnabled(bool(self.address.text().strip()))

    def _look(self) -> None:
        if self.check.isEnabled():
            self._errands.run(self._look_at(self.address.text().strip()))

    async def _look_at(self, url: str) -> None:
        self._address_changed()
        self.check.setEnabled(False)
        self.check.setText(tr("Connecting…"))
        try:
            sighting = await look_at_server(url)
        except DiscoError as error:
            if url == self.address.text().strip():
                self._trouble.say(sentence(error), "danger", details=str(error))
        else:
            if url == self.address.text().strip():
                self._show(sighting)
        finally:
            self.check.setText(tr("&Check"))
            self.check.setEnabled(bool(self.address.text().strip()))

    def _show(self, sighting: Sighting) -> None:
        self._sighting = sighting
        self.told.clear()
        self._fingerprint.setText(_in_two_lines(sighting.fingerprint or ""))
        self._fingerprint.setVisible(sighting.fingerprint is not None)
        self._fingerprint.setAccessibleName(tr("Fingerprint of the server's certificate"))
        for widget in (self.told, self._verdict):
            widget.setVisible(not sighting.is_vouched_for)
        if sighting.is_vouched_for:
            self._title.setText(tr("This is a Disco server."))
            self._words.setText(
                tr("It runs on this computer.")
                if sighting.fingerprint is None
                else tr("Its certificate is signed by an authority that this computer "
                        "trusts. This is its fingerprint:")
            )  # fmt: skip
        else:
            self._title.setText(tr("Is this the right server?"))
            self._words.setText(
                tr(
                    "Compare this fingerprint with the one the server printed when it "
                    "started: ask the person who runs it, by phone for instance. If the "
                    "codes differ, this is not their server."
                )
            )
        self._seen.show()
        self._compare()

    def _compare(self) -> None:
        sighting, told = self._sighting, self.told.text()
        if sighting is None:
            return
        is_same = same_fingerprint(told, sighting.fingerprint or "")
        self.use.setEnabled(is_same or not told.strip() or sighting.is_vouched_for)
        needs_care = not sighting.is_vouched_for and not is_same
        self.use.setText(
            tr("They &match: use this server") if needs_care else tr("&Use this server")
        )
        if not told.strip():
            self._verdict.hide()
            return
        self._verdict.show()
        self._verdict.set_tone("success" if is_same else "danger")
        self._verdict.setText(
            tr("It matches.")
            if is_same
            else tr("It does not match: this is not the server you were told about.")
        )

    def _confirm(self) -> None:
        sighting = self._sighting
        if sighting is None:
            return
        # A certificate that an authority vouches for is renewed now and then: no pin for it.
        pin = None if sighting.is_vouched_for else sighting.fingerprint
        self._seen.hide()
        self.confirmed.emit(ServerChoice(sighting.url, pin))


def _in_two_lines(fingerprint: str) -> str:
    half = len(fingerprint) // 2
    return f"{grouped(fingerprint[:half])}\n{grouped(fingerprint[half:])}".strip()
