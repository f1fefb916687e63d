"""Help: how it works, the words, what to do when, the keyboard, and what this application is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from disco_desktop import __version__
from disco_desktop.app.library.profile import home_folder
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.licences import components
from disco_desktop.gui.item_models.results import TextTableModel
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.shortcuts import shortcuts_in
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, TINY
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, Item, column, row
from disco_desktop.gui.widgets.data_table import PlainTable
from disco_desktop.gui.widgets.drawings import FederatedDrawing
from disco_desktop.gui.widgets.text import Facts, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.main_window import Navigator
    from disco_desktop.gui.theme.theme import Theme

_MOST_ROWS = 60


@dataclass
class _Part:
    """A part of the page, made when it is first shown."""

    button: QPushButton
    make: Callable[[], QWidget]
    content: QWidget | None = None


class HelpPage(Page):
    """Five short parts; a place's subject names the one to show.

    Subjects are `how`, `words`, `when`, `keyboard` and `about`.
    """

    name = "help"
    belongs_to = "help"

    def __init__(self, theme: Theme, navigator: Navigator, errands: Errands) -> None:
        super().__init__(self.tr("Help"))
        self._theme = theme
        self._navigator = navigator
        self._errands = errands
        self._shortcuts = TextTableModel([self.tr("Where"), self.tr("What"), self.tr("Keys")])
        self._components = TextTableModel(
            [self.tr("Library"), self.tr("Version"), self.tr("Licence")]
        )
        self._buttons = QButtonGroup(self)
        self._parts: dict[str, _Part] = {}
        bar = row(spacing=TINY)
        self._below = column(spacing=0)
        for subject, title, make in (
            ("how", self.tr("How it works"), self._how),
            ("words", self.tr("The words"), self._words),
            ("when", self.tr("What to do when…"), self._when),
            ("keyboard", self.tr("Keyboard"), self._keyboard),
            ("about", self.tr("About"), self._about),
        ):
            button = QPushButton(title)
            button.setProperty("role", "navigation")
            button.setCheckable(True)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _=False, subject=subject: self._show(subject))
            self._buttons.addButton(button)
            self._parts[subject] = _Part(button, make)
            bar.addWidget(button)
        bar.addStretch(1)
        self.add(bar, self._below, None)
        self._show("how")

    def entered(self, subject: str) -> None:
        """Show a part, or the one from before, with what may have changed since."""
        self._show(subject if subject in self._parts else self._shown)

    def _show(self, subject: str) -> None:
        self._shown = subject
        shown = self._parts[subject]
        if shown.content is None:
            shown.content = shown.make()
            self._below.addWidget(shown.content)
        # Not a stack: that would be as high as its highest part.
        for name, part in self._parts.items():
            part.button.setChecked(name == subject)
            if part.content is not None and part.content.isHidden() is (name == subject):
                part.content.setVisible(name == subject)
        if subject == "keyboard":
            self._show_shortcuts()
        elif subject == "about" and not self._components.rowCount():
            self._errands.run(self._show_components())
        self.verticalScrollBar().setValue(0)

    def _show_shortcuts(self) -> None:
        self._shortcuts.show_rows(
            [(one.where, one.what, one.keys) for one in shortcuts_in(self.window())]
        )

    async def _show_components(self) -> None:
        found = await asyncio.to_thread(components)
        self._components.show_rows(
            [(inert(one.name), inert(one.version), inert(one.licence, longest=400))
             for one in found]
        )  # fmt: skip

    # --- the parts

    def _part(self, *items: Item) -> QWidget:
        part = QWidget()
        part.setLayout(column(*items, None, spacing=MEDIUM))
        return part

    def _card(self, *items: Item) -> Card:
        return Card(column(*items, spacing=MEDIUM), margin=LARGE)

    def _how(self) -> QWidget:
        steps = (
            self.tr("Everybody gets the same model from the server, and trains it for a while on "
                    "data of their own, on their own computer."),
            self.tr("Each sends how the model has changed: the update, a list of numbers."),
            self.tr("When enough updates are there, the server makes one common model of them: "
                    "their mean, in which more samples weigh more."),
            self.tr("Everybody goes on from the common model. That was one round; a task has "
                    "several. At the end everybody holds the same model."),
        )  # fmt: skip
        rows = [row(self._number(place), Text(words), spacing=MEDIUM)
                for place, words in enumerate(steps, start=1)]  # fmt: skip
        for one in rows:
            one.setStretch(1, 1)
        why = self.tr(
            "So the model learns from all data, though nobody sees those of anybody else. It is "
            "called federated learning, and DISCOllaborative by those who made it easy to take "
            "part in. What an update can still tell about the data is said under “What leaves”."
        )
        among = self.tr(
            "Some tasks are trained between participants: then the server only makes them known "
            "to each other. They add up the updates among themselves, each a part of them where "
            "they are many; with masks, nobody can read the update of another. All compare what "
            "came out, and the models stay with the participants."
        )
        to_leaves = QAction(self.tr("See what &leaves"), self)
        to_leaves.setStatusTip(self.tr("Every byte that a training sends"))
        to_leaves.triggered.connect(lambda: self._navigator.go("leaves"))
        return self._part(
            self._card(FederatedDrawing(self._theme)),
            self._card(Text(self.tr("A round"), size="strong"), *rows),
            self._card(Text(why), row(ActionButton(to_leaves), None)),
            self._card(Text(self.tr("Without a server in the middle"), size="strong"), Text(among)),
        )

    def _number(self, place: int) -> Text:
        number = Text(str(place), size="strong", tone="accent", is_wrapped=False)
        number.setFixedWidth(LARGE)
        number.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        return number

    def _words(self) -> QWidget:
        words = (
            (self.tr("Task"), self.tr(
                "What is to be learnt: from which data, which outcome, with which model, how.")),
            (self.tr("Participant"), self.tr(
                "A person, or rather their computer, that takes part in a task.")),
            (self.tr("Model"), self.tr(
                "The numbers that turn a sample into a prediction. Training finds them.")),
            (self.tr("Sample"), self.tr(
                "One example to learn from: a row of a table, a picture, a piece of a text.")),
            (self.tr("Held-out data"), self.tr(
                "A part of your samples that is never trained on, to see how good the model is.")),
            (self.tr("Batch"), self.tr("A few samples that are looked at in one step.")),
            (self.tr("Epoch"), self.tr("One pass through all your samples.")),
            (self.tr("Round"), self.tr(
                "A few epochs, at whose end the participants exchange updates.")),
            (self.tr("Update"), self.tr("How your model has changed in a round.")),
            (self.tr("Common model"), self.tr("What the updates of all are made into.")),
            (self.tr("Loss"), self.tr(
                "How wrong the model is; lower is better. Training makes it smaller.")),
            (self.tr("Accuracy"), self.tr("For which share of the samples the model is right.")),
            (self.tr("Token"), self.tr("A word, or a part of one: what a text is divided into.")),
            (self.tr("Perplexity"), self.tr(
                "Between how many tokens a model of texts hesitates; lower is better.")),
            (self.tr("Server"), self.tr(
                "Where participants meet. It sees updates and never data.")),
            (self.tr("Fingerprint"), self.tr(
                "64 digits by which a server is recognised for sure.")),
        )  # fmt: skip
        return self._part(self._card(Facts(words)))

    def _when(self) -> QWidget:
        answers = (
            (self.tr("…nobody else is there?"), self.tr(
                "The training waits, as long as the settings say, and begins by itself. Meanwhile "
                "you can practise on this computer, or train alone.")),
            (self.tr("…the connection breaks?"), self.tr(
                "Nothing needs to be done: it is made again, as the same participant, and an "
                "update goes on where it was cut off. A closed lid is no more than that.")),
            (self.tr("…the application was closed, or the power failed?"), self.tr(
                "Open it again. A training that was interrupted is offered to go on from its last "
                "checkpoint.")),
            (self.tr("…the data are refused?"), self.tr(
                "The data page names each problem with its row and column. Correct the file, or "
                "leave the rows out and go on.")),
            (self.tr("…the server's certificate has changed?"), self.tr(
                "Do not go on. Ask whoever runs the server, on another way, whether they changed "
                "it; only then check its address anew in the settings.")),
            (self.tr("…the model is not good?"), self.tr(
                "More data help most, then more epochs. If the accuracy on held-out data falls "
                "while that on training data rises, train fewer epochs.")),
            (self.tr("…the computer becomes slow?"), self.tr(
                "Give the training a smaller share of the processor in the settings, or pause it: "
                "others do not wait for one who pauses.")),
            (self.tr("…a model was deleted by mistake?"), self.tr(
                "Undo it in the notice that appears, or with Ctrl+Z, before that goes.")),
        )  # fmt: skip
        cards = [
            self._card(column(Text(question, size="strong"), Text(answer), spacing=SMALL))
            for question, answer in answers
        ]
        return self._part(*cards)

    def _keyboard(self) -> QWidget:
        table = PlainTable(
            self._shortcuts, self.tr("Keyboard shortcuts"), stretched=1, most_rows=_MOST_ROWS
        )
        return self._part(self._card(table))

    def _about(self) -> QWidget:
        log = home_folder() / "server" / "server.log"
        facts = Facts(
            (
                (self.tr("Version"), __version__),
                (self.tr("Licence"), self.tr("Apache License 2.0")),
                (self.tr("Kept in"), inert(str(home_folder()), longest=4096)),
                (self.tr("Log of the server here"), inert(str(log), longest=4096)),
                (self.tr("Log of the application"), self.tr(
                    "It goes to where the application was started from, such as a terminal. With "
                    "DISCO_DEBUG=disco:* in its environment it tells all.")),
            )
        )  # fmt: skip
        open_folder = QAction(self.tr("&Open the folder"), self)
        open_folder.setStatusTip(self.tr("Show where everything is kept"))
        open_folder.triggered.connect(self._open_folder)
        table = PlainTable(
            self._components, self.tr("Libraries and their licences"), stretched=2,
            most_rows=_MOST_ROWS,
        )  # fmt: skip
        return self._part(
            self._card(
                Text(self.tr("Disco Desktop"), size="heading"), facts,
                row(ActionButton(open_folder), None),
            ),
            self._card(
                Text(self.tr("What it contains"), size="strong"),
                Text(self.tr(
                    "Qt and PySide6 are used under the LGPL 3: they are libraries of their own, "
                    "which you may replace by other builds."), tone="muted"),
                table,
            ),
        )  # fmt: skip

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(home_folder())))
