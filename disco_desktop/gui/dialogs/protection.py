"""The dialog that asks before a task is trained that protects less than the one known here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton

from disco_desktop.app.words.sentences import sentence, weakening_words
from disco_desktop.gui.item_models.results import TextTableModel
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM
from disco_desktop.gui.widgets.card import column
from disco_desktop.gui.widgets.data_table import PlainTable
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from disco_desktop.engine.task.protection import LessProtectionError

_WIDTH = 640


class ProtectionDialog(QDialog):
    """Shows both tasks side by side; open it with `open()`. Accepted means: train all the same.

    Attributes:
        table: what is weaker, here and at the server.
        train: the button that accepts.
        cancel: the one that does not, which Enter and Escape press.
    """

    def __init__(self, error: LessProtectionError, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Less protection"))
        self.setMinimumWidth(_WIDTH)
        self.table = TextTableModel([tr("Protection"), tr("On this computer"), tr("At the server")])
        self.table.show_rows([weakening_words(one) for one in error.weakenings])
        buttons = QDialogButtonBox()
        self.train = QPushButton(tr("&Train with less protection"))
        self.train.setAutoDefault(False)
        self.cancel = QPushButton(tr("&Cancel"))
        self.cancel.setDefault(True)
        buttons.addButton(self.train, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.setLayout(
            column(
                Text(sentence(error), size="strong"),
                Text(tr("Ask the person who runs the server whether this is intended.")),
                PlainTable(self.table, tr("Weaker protections"), stretched=2),
                buttons,
                spacing=MEDIUM,
                margin=LARGE,
            )
        )
