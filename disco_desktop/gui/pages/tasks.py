"""The tasks on offer, to choose one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListView, QStackedWidget

from disco_desktop.app.words.sentences import sentence
from disco_desktop.gui.item_models.tasks import CardDelegate, TaskModel
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.widgets.card import row
from disco_desktop.gui.widgets.notice import Placeholder
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QHideEvent, QShowEvent

    from disco_desktop.app.server.in_use import TaskCatalogue
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.main_window import Navigator
    from disco_desktop.gui.theme.theme import Theme

_REFRESH = 5_000  # milliseconds: who is there changes while one looks


class TasksPage(Page):
    """Cards to choose from, with a search; it says what is amiss where there are none."""

    name = "tasks"
    belongs_to = "tasks"
    retry = Signal()

    def __init__(
        self, theme: Theme, navigator: Navigator, catalogue: TaskCatalogue, errands: Errands
    ) -> None:
        super().__init__(
            tr("Tasks"),
            tr("Each task is one model that its participants train together."),
        )
        self._navigator = navigator
        self._catalogue = catalogue
        self._errands = errands
        self._model = TaskModel()
        self._found = QSortFilterProxyModel()
        self._found.setSourceModel(self._model)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._search = QLineEdit()
        self._search.setPlaceholderText(tr("Search tasks"))
        self._search.setAccessibleName(tr("Search tasks"))
        self._search.setClearButtonEnabled(True)
        self._search.setMaximumWidth(360)
        self._search.textChanged.connect(self._look_for)
        find = QAction(tr("Search"), self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.triggered.connect(self._search.setFocus)
        self.addAction(find)
        self._list = self._make_list(theme)
        again = QAction(tr("Try &again"), self)
        again.setStatusTip(tr("Reload the server's tasks"))
        again.triggered.connect(self.retry)
        self._none = Placeholder(theme, "search", "", "")
        self._waiting = Placeholder(theme, "server", "", "")
        self._trouble = Placeholder(theme, "server", "", "", again)
        self._states = QStackedWidget()
        for widget in (self._list, self._none, self._waiting, self._trouble):
            self._states.addWidget(widget)
        self.add(row(self._search, None), self._states)
        self.content.setStretchFactor(self._states, 1)
        self._refresh = QTimer(self)
        self._refresh.setInterval(_REFRESH)
        self._refresh.timeout.connect(self._ask)
        catalogue.observe(self._show)
        self._show()

    def _make_list(self, theme: Theme) -> QListView:
        view = QListView()
        view.setModel(self._found)
        view.setItemDelegate(CardDelegate(theme, view))
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setFrameShape(QListView.Shape.NoFrame)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setStyleSheet("QListView, QListView:focus { background: transparent; border: none; }")
        view.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        view.setAccessibleName(tr("Tasks"))
        view.clicked.connect(self._choose)
        view.activated.connect(self._choose)
        theme.changed.connect(view.viewport().update)
        return view

    def entered(self, subject: str) -> None:
        """Ask the server anew."""
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Keep the figures fresh while one looks."""
        self._refresh.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Ask no more."""
        self._refresh.stop()
        super().hideEvent(event)

    def _ask(self) -> None:
        self._errands.run(self._catalogue.refresh())

    def _choose(self, index: QModelIndex) -> None:
        task_id = self._model.task_id(self._found.mapToSource(index))
        self._navigator.go("task", task_id)

    def _look_for(self, words: str) -> None:
        self._found.setFilterFixedString(words)
        self._show()

    def _show(self) -> None:
        catalogue = self._catalogue
        self._model.show_tasks(catalogue.summaries)
        if catalogue.state == "unreachable":
            why = sentence(catalogue.error) if catalogue.error is not None else ""
            self._trouble.say(tr("The server cannot be reached"), why)
            self._states.setCurrentWidget(self._trouble)
        elif catalogue.state == "loading" and not catalogue.summaries:
            self._waiting.say(
                tr("Loading tasks"),
                tr("The server on this computer will be ready in a few seconds."),
                is_busy=True,
            )
            self._states.setCurrentWidget(self._waiting)
        elif not self._found.rowCount():
            if self._search.text():
                self._none.say(tr("No matching tasks"), tr("Try other words, or clear the search."))
            else:
                self._none.say(tr("No tasks yet"), tr("This server offers no tasks."))
            self._states.setCurrentWidget(self._none)
        else:
            self._states.setCurrentWidget(self._list)
