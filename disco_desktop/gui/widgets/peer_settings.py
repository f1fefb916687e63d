"""How other participants may be reached, where updates go straight from one to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox

from disco_desktop.gui.theme.tokens import LARGE, MEDIUM
from disco_desktop.gui.widgets.card import Card
from disco_desktop.gui.widgets.layout import column, line
from disco_desktop.gui.widgets.number_field import NumberField
from disco_desktop.gui.widgets.setting_row import SettingRow
from disco_desktop.gui.widgets.text import Text

if TYPE_CHECKING:
    from disco_desktop.app.settings import Settings

_LARGEST_PORT = 65_535


class PeerSettings(Card):
    """Directly or through the server alone, and at which port.

    Attributes:
        relay_only_chosen: emitted with whether it shall be through the server alone.
        port_chosen: emitted with the port; None for any that is free.
    """

    relay_only_chosen = Signal(bool)
    port_chosen = Signal(object)

    def __init__(self, control_width: int) -> None:
        self.way = QComboBox()
        self.port = NumberField(0, _LARGEST_PORT)
        super().__init__(
            column(
                Text(self.tr("Reaching other participants"), size="heading"),
                Text(self.tr("For tasks whose updates go straight from one participant to the "
                             "other."), tone="muted"),
                SettingRow(self.tr("Way"), self.tr(
                    "Through the server alone is slower, and the others do not learn this "
                    "computer's address. The server cannot read what it passes on."), self.way),
                line(),
                SettingRow(self.tr("Port for their calls"), self.tr(
                    "The one that a firewall is to let through. Where no call gets through, this "
                    "computer calls them, or the server is in between."), self.port),
                Text(self.tr("These hold from the next training on."), tone="muted", size="small"),
                spacing=MEDIUM,
            ),
            margin=LARGE,
        )  # fmt: skip
        self.way.addItem(self.tr("Directly where possible"), False)
        self.way.addItem(self.tr("Through the server alone"), True)
        self.way.activated.connect(lambda: self.relay_only_chosen.emit(self.way.currentData()))
        self.port.setGroupSeparatorShown(False)
        self.port.setSpecialValueText(self.tr("Any that is free"))
        self.port.valueChanged.connect(lambda port: self.port_chosen.emit(port or None))
        for control in (self.way, self.port):
            control.setFixedWidth(control_width)

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        self.way.setCurrentIndex(self.way.findData(settings.relay_only))
        with QSignalBlocker(self.port):
            self.port.setValue(settings.peer_port or 0)
        self.port.setEnabled(not settings.relay_only)
