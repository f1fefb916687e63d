"""The models of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QSizePolicy, QStackedWidget, QToolButton, QWidget

from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import sentence
from disco_desktop.gui.item_models.models import ModelsModel
from disco_desktop.gui.model_actions import ModelActions
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.theme.tokens import MEDIUM, WIDE_CONTENT
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import column, row
from disco_desktop.gui.widgets.drop_zone import DropOverlay
from disco_desktop.gui.widgets.models_view import ModelsView
from disco_desktop.gui.widgets.notice import Notice, Placeholder
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import counted, size
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPoint
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent

    from disco_desktop.app.library.models import Library
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.main_window import Navigator
    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.widgets.toasts import Toasts

_LOWEST = 220
_NAMED = 3  # damaged files that are named


class LibraryPage(Page):
    """A table to search and sort, what can be done with a model, and ways on where there is none.

    Attributes:
        test_model, use_model, go_on: emitted with the model's id.
    """

    name = "library"
    belongs_to = "library"
    widest = WIDE_CONTENT
    test_model = Signal(str)
    use_model = Signal(str)
    go_on = Signal(str)

    def __init__(
        self,
        theme: Theme,
        navigator: Navigator,
        library: Library,
        errands: Errands,
        toasts: Toasts,
    ) -> None:
        super().__init__(tr("Models"), tr("Models trained here or imported."))
        self._navigator = navigator
        self._library = library
        self._errands = errands
        self._to_select = ""
        self.actions_ = ModelActions(theme, library, errands, toasts, self)
        self._model = ModelsModel()
        self._view = ModelsView(theme, self._model)
        self._make_actions()
        self._search = self._make_search()
        self._damaged = Notice(theme, self._show_damaged)
        self._summary = Text(size="small", tone="muted")
        self._make_states(theme)
        self._compose()
        self._drop = DropOverlay(theme, tr("Drop the file here to import the model"), self)
        self.setAcceptDrops(True)
        self._connect()
        self._show()

    def _make_actions(self) -> None:
        def action(text: str, tip: str, slot: object) -> QAction:
            made = QAction(text, self)
            made.setStatusTip(tip)
            made.triggered.connect(slot)
            return made

        self._open = action(tr("&Open"), tr("Show its figures and curves"), self._open_chosen)
        self._to_tasks = action(
            tr("&Choose a task"), tr("Train a first model"),
            lambda: self._navigator.go("tasks"),
        )  # fmt: skip
        self._again = action(tr("Try &again"), tr("Look for the models again"), self._look)
        self._show_damaged = action(
            tr("Open the &folder"), tr("Show the files that were set aside"),
            self._open_damaged,
        )  # fmt: skip

    def _make_search(self) -> QLineEdit:
        search = QLineEdit()
        search.setPlaceholderText(tr("Search models"))
        search.setAccessibleName(tr("Search models"))
        search.setClearButtonEnabled(True)
        search.setFixedWidth(300)
        search.textChanged.connect(self._look_for)
        find = QAction(tr("Search models"), self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.triggered.connect(search.setFocus)
        self.addAction(find)
        return search

    def _make_states(self, theme: Theme) -> None:
        self._waiting = Placeholder(theme, "library", "", "")
        self._waiting.say(tr("Loading models"), "", is_busy=True)
        self._trouble = Placeholder(theme, "warning", "", "", self._again)
        self._none = Placeholder(
            theme, "library", tr("No models yet"),
            tr("When a training ends, its model is kept here. To import a model that "
               "someone gave you, drop its file here."),
            self._to_tasks, self.actions_.import_model,
        )  # fmt: skip
        self._nothing_found = Placeholder(
            theme, "search", tr("No matching models"),
            tr("Try other words, or clear the search."),
        )  # fmt: skip
        self._states = QStackedWidget()
        # As high as there is room: the table scrolls by itself, so the page need not.
        self._states.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._states.setMinimumHeight(_LOWEST)
        for widget in (self._view, self._waiting, self._trouble, self._none, self._nothing_found):
            self._states.addWidget(widget)

    def _compose(self) -> None:
        actions = self.actions_
        self._head = QWidget()
        self._head.setLayout(row(self._search, None, ActionButton(actions.import_model)))
        self._foot = QWidget()
        self._foot.setLayout(
            row(
                ActionButton(self._open, "primary"), ActionButton(actions.test),
                ActionButton(actions.use), ActionButton(actions.train), MEDIUM,
                *(tool_button(action) for action in
                  (actions.rename, actions.export, actions.delete)),
                None,
            )
        )  # fmt: skip
        self.add(
            self._damaged,
            column(self._head, self._states, self._foot, self._summary, spacing=MEDIUM),
        )
        self.content.setStretch(self.content.count() - 1, 1)

    def _connect(self) -> None:
        actions = self.actions_
        actions.test_model.connect(self.test_model)
        actions.use_model.connect(self.use_model)
        actions.go_on.connect(self.go_on)
        actions.imported.connect(self._select)
        self._view.opened.connect(self._open_row)
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._view.customContextMenuRequested.connect(self._show_menu)
        self._view.selectionModel().selectionChanged.connect(self._selection_changed)
        self._library.observe(self._show)
        self._selection_changed()

    # --- what is shown

    def entered(self, subject: str) -> None:
        """Look at the disk anew; a subject is the model to select."""
        self._to_select = subject
        self._look()

    def _look(self) -> None:
        self._errands.run(self._library.refresh())

    def _look_for(self, words: str) -> None:
        self._model.look_for(words)
        self._show_state()
        self._selection_changed()

    def _show(self) -> None:
        self._model.show_records(self._library.records)
        self._show_damage()
        self._show_state()
        if self._to_select:
            self._select(self._to_select)

    def _show_state(self) -> None:
        library = self._library
        there_are = not self._model.is_empty
        if library.state == "error":
            why = sentence(library.error) if library.error is not None else ""
            self._trouble.say(tr("The models could not be read"), why)
            self._states.setCurrentWidget(self._trouble)
        elif library.state == "loading" and not there_are:
            self._states.setCurrentWidget(self._waiting)
        elif not there_are:
            self._states.setCurrentWidget(self._none)
        elif not self._model.rowCount():
            self._states.setCurrentWidget(self._nothing_found)
        else:
            self._states.setCurrentWidget(self._view)
        self._head.setVisible(there_are)
        self._foot.setVisible(there_are)
        self._summary.setVisible(there_are)
        total = sum(record.size for record in library.records)
        self._summary.setText(
            tr("{models}, {size}, in {folder}").format(
                models=counted(len(library.records), "{count} model", "{count} models"),
                size=size(total),
                folder=inert(str(library.folder), longest=4096),
            )
        )

    def _show_damage(self) -> None:
        damaged = self._library.damaged
        if not damaged:
            self._damaged.hide()
            return
        named = ", ".join(inert(name, longest=60) for name in damaged[:_NAMED])
        if len(damaged) > _NAMED:
            named += ", …"
        said = counted(
            len(damaged),
            "{count} damaged file could not be read and was set aside: {names}.",
            "{count} damaged files could not be read and were set aside: {names}.",
            names=named,
        )
        if said != self._damaged.text:
            self._damaged.say(said, "warning")

    def _open_damaged(self) -> None:
        folder = self._library.folder / "damaged"
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    # --- what is chosen

    def _chosen(self) -> list[str]:
        return [
            self._model.model_id(row_)
            for stretch in self._view.selectionModel().selection().toList()
            for row_ in range(stretch.top(), stretch.bottom() + 1)
        ]

    def _selection_changed(self) -> None:
        chosen = self._chosen()
        self._open.setEnabled(len(chosen) == 1)
        self.actions_.choose(chosen)

    def _select(self, model_id: str) -> None:
        place = self._model.row_of(model_id)
        if place is None and self._library.record(model_id) is not None:
            self._search.clear()
            place = self._model.row_of(model_id)
        if place is None:
            return
        self._to_select = ""
        index = self._model.index(place, 0)
        flags = QItemSelectionModel.SelectionFlag
        self._view.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self._view.scrollTo(index)

    def _open_chosen(self) -> None:
        for model_id in self._chosen()[:1]:
            self._navigator.go("model", model_id)

    def _open_row(self, index: QModelIndex) -> None:
        self._navigator.go("model", self._model.model_id(index.row()))

    def _show_menu(self, place: QPoint) -> None:
        actions = self.actions_
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._open, actions.test, actions.use, actions.train])
        menu.addSeparator()
        menu.addActions([actions.rename, actions.export, actions.delete])
        menu.popup(self._view.viewport().mapToGlobal(place))

    # --- dropping a file

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Show that one file can be dropped."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()
            self._drop.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Show that nothing is above any more."""
        self._drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Import what was dropped."""
        self._drop.hide()
        event.acceptProposedAction()
        self.actions_.import_file(Path(event.mimeData().urls()[0].toLocalFile()))


def tool_button(action: QAction) -> QToolButton:
    """Return a button that shows an action's icon alone."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(20, 20))
    button.setAccessibleName(action.text().replace("&", "").rstrip("…"))
    return button
