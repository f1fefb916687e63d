"""The dialog that gives a model another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QPushButton

from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.record import LONGEST_NAME, clean_name
from disco_desktop.gui.theme.tokens import LARGE, SMALL
from disco_desktop.gui.widgets.card import column
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_WIDTH = 420


class ModelNameDialog(QDialog):
    """Asks for a name that can be used; open it with `open()`.

    Attributes:
        named: emitted with the new name.
    """

    named = Signal(str)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Rename model"))
        self.setMinimumWidth(_WIDTH)
        self._before = name
        self.field = QLineEdit(name)
        self.field.setMaxLength(LONGEST_NAME)
        self.field.setAccessibleName(tr("Model name"))
        self.field.selectAll()
        self._problem = Text(tone="danger", size="small")
        buttons = QDialogButtonBox()
        self.rename = QPushButton(tr("&Rename"))
        self.rename.setProperty("role", "primary")
        buttons.addButton(self.rename, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(tr("&Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.field.textChanged.connect(self._check)
        self.accepted.connect(self._tell)
        self.setLayout(
            column(
                Text(tr("Model name"), size="strong"),
                self.field, self._problem, buttons, spacing=SMALL, margin=LARGE,
            )
        )  # fmt: skip
        self._check()

    def _check(self) -> None:
        try:
            clean_name(self.field.text())
        except ModelError as error:
            self._problem.setText(sentence(error) if self.field.text() else "")
            self.rename.setEnabled(False)
        else:
            self._problem.setText("")
            self.rename.setEnabled(True)

    def _tell(self) -> None:
        name = clean_name(self.field.text())
        if name != self._before:
            self.named.emit(name)
