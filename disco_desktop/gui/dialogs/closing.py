"""The question before the window is closed while a training is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton

from disco_desktop.gui.theme.tokens import LARGE, MEDIUM
from disco_desktop.gui.widgets.card import column
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_WIDTH = 460


class CloseQuestion(QDialog):
    """Asks whether to leave a training; open it with `open()`. Accepted means: close.

    Attributes:
        leave: the button that closes.
        stay: the one that does not, which Enter and Escape press.
    """

    def __init__(self, is_together: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("A training is under way"))
        self.setMinimumWidth(_WIDTH)
        consequence = (
            tr(
                "If you close Disco now, this computer leaves the training, and the others "
                "continue without it. You can continue later."
            )
            if is_together
            else tr("If you close Disco now, the training stops. You can continue it later.")
        )
        buttons = QDialogButtonBox()
        self.leave = QPushButton(tr("&Leave and close") if is_together else tr("S&top and close"))
        self.leave.setAutoDefault(False)
        self.stay = QPushButton(tr("&Keep training"))
        self.stay.setProperty("role", "primary")
        self.stay.setDefault(True)
        buttons.addButton(self.leave, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.stay, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.setLayout(
            column(
                Text(tr("Close while training?"), size="strong"),
                Text(consequence),
                buttons,
                spacing=MEDIUM,
                margin=LARGE,
            )
        )
