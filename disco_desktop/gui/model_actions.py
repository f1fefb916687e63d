"""What can be done with models, in the list and on a model's own page alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog

from disco_desktop.app.words.inert_text import inert
from disco_desktop.gui.dialogs.model_name import ModelNameDialog
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.wording import counted, file_name
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from disco_desktop.app.library.models import Library
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.widgets.toasts import Toasts

_SUFFIX = "safetensors"


class ModelActions(QObject):
    """Actions for the models that a page has chosen.

    Attributes:
        test_model, use_model, go_on: emitted with the model's id.
        imported: emitted with the id that an imported model was given.
        deleted: emitted once models are out of the list.
    """

    test_model = Signal(str)
    use_model = Signal(str)
    go_on = Signal(str)
    imported = Signal(str)
    deleted = Signal()

    def __init__(
        self, theme: Theme, library: Library, errands: Errands, toasts: Toasts, page: QWidget
    ) -> None:
        super().__init__(page)
        self._theme = theme
        self._library = library
        self._errands = errands
        self._toasts = toasts
        self._page = page
        self._chosen: Sequence[str] = ()
        self._undoing: list[QAction] = []
        delete = QKeySequence.StandardKey.Delete
        undo = QKeySequence.StandardKey.Undo
        self.test = self._action(
            tr("&Test"), tr("See how well it does on other data"), self._tell_test
        )
        self.use = self._action(tr("&Use"), tr("Make predictions with it"), self._tell_use)
        self.train = self._action(
            tr("&Continue training"),
            tr("Train it further on this computer"),
            self._tell_go_on,
        )
        self.rename = self._action(tr("&Rename…"), tr("Change its name"), self._ask_name, "F2")
        self.export = self._action(
            tr("&Export…"),
            tr("Save a copy to share"),
            self._ask_where,
            "Ctrl+E",
        )
        self.delete = self._action(
            tr("&Delete"),
            tr("Delete it; you can undo this for a while"),
            self._delete,
            delete,
        )
        self.import_model = self._action(
            tr("&Import…"),
            tr("Add a model from a file"),
            self._ask_file,
            "Ctrl+I",
        )
        self.undo = self._action(
            tr("&Undo deletion"),
            tr("Restore the last deleted model"),
            self._undo_latest,
            undo,
        )
        self.undo.setEnabled(False)
        theme.changed.connect(self._paint)
        self._paint()
        self.choose(())

    def _action(
        self, text: str, tip: str, slot: object, shortcut: str | QKeySequence.StandardKey = ""
    ) -> QAction:
        made = QAction(text, self)
        made.setStatusTip(tip)
        made.triggered.connect(slot)
        if shortcut != "":
            made.setShortcut(QKeySequence(shortcut))
            made.setToolTip(f"{tip} ({made.shortcut().toString()})")
        self._page.addAction(made)
        return made

    def _paint(self) -> None:
        colour = self._theme.tokens.muted
        for action, name in (
            (self.rename, "rename"),
            (self.export, "export"),
            (self.delete, "trash"),
            (self.import_model, "import"),
        ):
            action.setIcon(icon(name, colour))

    def choose(self, model_ids: Sequence[str]) -> None:
        """Take the models that the actions are for."""
        self._chosen = list(model_ids)
        for action in (self.test, self.use, self.train, self.rename, self.export):
            action.setEnabled(len(model_ids) == 1)
        self.delete.setEnabled(bool(model_ids))

    @property
    def _one(self) -> str:
        return self._chosen[0]

    def _tell_test(self) -> None:
        self.test_model.emit(self._one)

    def _tell_use(self) -> None:
        self.use_model.emit(self._one)

    def _tell_go_on(self) -> None:
        self.go_on.emit(self._one)

    # --- names

    def _ask_name(self) -> None:
        model_id, record = self._one, self._library.record(self._one)
        if record is None:
            return
        dialog = ModelNameDialog(record.name, self._page)
        dialog.named.connect(lambda name: self._errands.run(self._library.rename(model_id, name)))
        dialog.open()

    # --- files

    def _ask_where(self) -> None:
        model_id, record = self._one, self._library.record(self._one)
        dialog = self._file_dialog(tr("Export model"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(_SUFFIX)
        dialog.selectFile(file_name(record.name if record else "model", _SUFFIX))
        dialog.fileSelected.connect(
            lambda name: self._errands.run(self._export(model_id, Path(name)))
        )
        dialog.open()

    async def _export(self, model_id: str, path: Path) -> None:
        await self._library.export(model_id, path)
        said = tr("Model saved as {file}.").format(file=inert(str(path), longest=4096))
        self._toasts.say(said, tone="success")

    def _ask_file(self) -> None:
        dialog = self._file_dialog(tr("Import model"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.import_file(Path(name)))
        dialog.open()

    def _file_dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._page, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilter(tr("Models (*.safetensors)"))
        return dialog

    def import_file(self, path: Path) -> None:
        """Keep a copy of a model file, and say so."""
        self._errands.run(self._import(path))

    async def _import(self, path: Path) -> None:
        record = await self._library.import_file(path)
        said = tr("Imported as “{name}”.").format(name=inert(record.name))
        self._toasts.say(said, tone="success")
        self.imported.emit(record.id)

    # --- deletion

    def _delete(self) -> None:
        self._errands.run(self._delete_models(self._chosen))

    async def _delete_models(self, model_ids: Sequence[str]) -> None:
        name = self._name_of(model_ids)
        try:
            await self._library.delete(model_ids)
        finally:
            gone = [model_id for model_id in model_ids if self._library.can_restore(model_id)]
            if gone:
                self._offer_undo(gone, name)
                self.deleted.emit()

    def _name_of(self, model_ids: Sequence[str]) -> str:
        record = self._library.record(model_ids[0])
        if len(model_ids) > 1 or record is None:
            return counted(len(model_ids), "{count} model", "{count} models")
        return f"“{inert(record.name)}”"

    def _offer_undo(self, model_ids: Sequence[str], name: str) -> None:
        undo = QAction(tr("&Undo"), self)
        undo.setStatusTip(tr("Undo (Ctrl+Z)"))
        undo.triggered.connect(lambda: self._errands.run(self._library.restore(model_ids)))
        self._undoing.append(undo)
        said = tr("Deleted {name}.").format(name=name)
        toast = self._toasts.say(said, action=undo)
        toast.expired.connect(lambda: self._errands.run(self._library.make_final(model_ids)))
        toast.gone.connect(lambda: self._forget(undo))
        self.undo.setEnabled(True)

    def _forget(self, undo: QAction) -> None:
        self._undoing.remove(undo)
        self.undo.setEnabled(bool(self._undoing))
        undo.deleteLater()

    def _undo_latest(self) -> None:
        if self._undoing:
            self._undoing[-1].trigger()
