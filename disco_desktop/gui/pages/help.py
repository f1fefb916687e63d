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
from disco_desktop.translation import tr

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
        super().__init__(tr("Help"))
        self._theme = theme
        self._navigator = navigator
        self._errands = errands
        self._shortcuts = TextTableModel([tr("Where"), tr("What"), tr("Keys")])
        self._components = TextTableModel([tr("Library"), tr("Version"), tr("Licence")])
        self._buttons = QButtonGroup(self)
        self._parts: dict[str, _Part] = {}
        bar = row(spacing=TINY)
        self._below = column(spacing=0)
        for subject, title, make in (
            ("how", tr("How it works"), self._how),
            ("words", tr("Glossary"), self._words),
            ("when", tr("What to do when…"), self._when),
            ("keyboard", tr("Keyboard"), self._keyboard),
            ("about", tr("About"), self._about),
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
            tr("Everyone gets the same model from the server and trains it for a while on "
               "their own data, on their own computer."),
            tr("Each participant sends how the model changed: the update, a list of "
               "numbers."),
            tr("When enough updates have arrived, the server averages them into one common "
               "model; more samples weigh more."),
            tr("Everyone continues from the common model. That was one round; a task has "
               "several. At the end, everyone has the same model."),
        )  # fmt: skip
        rows = [row(self._number(place), Text(words), spacing=MEDIUM)
                for place, words in enumerate(steps, start=1)]  # fmt: skip
        for one in rows:
            one.setStretch(1, 1)
        why = tr(
            "So the model learns from everyone's data, although nobody sees anyone else's. "
            "This is called federated learning. The Privacy log explains what an update can "
            "still reveal about the data."
        )
        among = tr(
            "Some tasks are trained peer to peer: the server only introduces the "
            "participants to each other. They add up the updates among themselves, each a "
            "part of them when there are many; with masks, nobody can read anyone else's "
            "update. They all compare the result, and the models stay with the "
            "participants."
        )
        to_leaves = QAction(tr("Open the &Privacy log"), self)
        to_leaves.setStatusTip(tr("Every byte that a training sends"))
        to_leaves.triggered.connect(lambda: self._navigator.go("leaves"))
        return self._part(
            self._card(FederatedDrawing(self._theme)),
            self._card(Text(tr("A round"), size="strong"), *rows),
            self._card(Text(why), row(ActionButton(to_leaves), None)),
            self._card(Text(tr("Peer to peer"), size="strong"), Text(among)),
        )

    def _number(self, place: int) -> Text:
        number = Text(str(place), size="strong", tone="accent", is_wrapped=False)
        number.setFixedWidth(LARGE)
        number.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        return number

    def _words(self) -> QWidget:
        words = (
            (tr("Task"), tr(
                "What is learned: from which data, which outcome, with which model, and "
                "how.")),
            (tr("Participant"), tr(
                "A person, or rather their computer, taking part in a task.")),
            (tr("Model"), tr(
                "The numbers that turn a sample into a prediction. Training finds them.")),
            (tr("Sample"), tr(
                "One example to learn from: a row of a table, a picture, a piece of text.")),
            (tr("Validation data"), tr(
                "A part of your samples that is never used for training, to measure how "
                "good the model is.")),
            (tr("Batch"), tr("A few samples processed in one step.")),
            (tr("Epoch"), tr("One pass through all your samples.")),
            (tr("Round"), tr(
                "A few epochs, after which the participants exchange updates.")),
            (tr("Update"), tr("How your model changed in a round.")),
            (tr("Common model"), tr("The combination of everyone's updates.")),
            (tr("Loss"), tr(
                "How wrong the model is; lower is better. Training reduces it.")),
            (tr("Accuracy"), tr("The share of samples for which the model is right.")),
            (tr("Token"), tr("A word or part of a word: the pieces that text is divided "
                             "into.")),
            (tr("Perplexity"), tr(
                "How uncertain a language model is, as a number of equally likely next "
                "tokens; lower is better.")),
            (tr("Server"), tr(
                "Where participants meet. It never sees data.")),
            (tr("Fingerprint"), tr(
                "64 characters that identify a server beyond doubt.")),
        )  # fmt: skip
        return self._part(self._card(Facts(words)))

    def _when(self) -> QWidget:
        answers = (
            (tr("…no one else is there?"), tr(
                "The training waits, as long as the settings say, and starts by itself. "
                "Meanwhile you can simulate, or train alone.")),
            (tr("…the connection is lost?"), tr(
                "You need not do anything: Disco reconnects as the same participant, and an "
                "upload continues where it stopped. Closing the lid of a laptop is no "
                "different.")),
            (tr("…Disco was closed, or the power failed?"), tr(
                "Open it again. You can continue an interrupted training from its last "
                "checkpoint.")),
            (tr("…my data are refused?"), tr(
                "The data page lists each problem with its row and column. Correct the "
                "file, or leave the rows out and continue.")),
            (tr("…the server's certificate has changed?"), tr(
                "Do not continue. Ask the person who runs the server, by phone for "
                "instance, whether they changed it; only then check its address again in "
                "the settings.")),
            (tr("…the model is not good enough?"), tr(
                "More data help most, then more epochs. If validation accuracy falls while "
                "training accuracy rises, train for fewer epochs.")),
            (tr("…the computer becomes slow?"), tr(
                "Reduce the training's share of the processor in the settings, or pause it: "
                "the others do not wait for you while you pause.")),
            (tr("…a model was deleted by mistake?"), tr(
                "Undo it in the notice that appears, or press Ctrl+Z while the notice is "
                "visible.")),
        )  # fmt: skip
        cards = [
            self._card(column(Text(question, size="strong"), Text(answer), spacing=SMALL))
            for question, answer in answers
        ]
        return self._part(*cards)

    def _keyboard(self) -> QWidget:
        table = PlainTable(
            self._shortcuts, tr("Keyboard shortcuts"), stretched=1, most_rows=_MOST_ROWS
        )
        return self._part(self._card(table))

    def _about(self) -> QWidget:
        log = home_folder() / "server" / "server.log"
        facts = Facts(
            (
                (tr("Version"), __version__),
                (tr("Licence"), tr("Apache License 2.0")),
                (tr("Kept in"), inert(str(home_folder()), longest=4096)),
                (tr("Log of this computer's server"), inert(str(log), longest=4096)),
                (tr("Log of Disco"), tr(
                    "Written to the standard error of the program")),
            )
        )  # fmt: skip
        open_folder = QAction(tr("&Open the folder"), self)
        open_folder.setStatusTip(tr("Open the folder with all data of Disco"))
        open_folder.triggered.connect(self._open_folder)
        table = PlainTable(
            self._components, tr("Libraries and their licences"), stretched=2,
            most_rows=_MOST_ROWS,
        )  # fmt: skip
        return self._part(
            self._card(
                Text(tr("Disco Desktop"), size="heading"), facts,
                row(ActionButton(open_folder), None),
            ),
            self._card(
                Text(tr("What it is made of"), size="strong"),
                Text(tr(
                    "Qt and PySide6 are used under the LGPL 3: they are separate libraries, "
                    "which you may replace with other builds."), tone="muted"),
                table,
            ),
        )  # fmt: skip

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(home_folder())))
