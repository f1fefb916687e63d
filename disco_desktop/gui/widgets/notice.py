"""Notices, verdicts, progress, and placeholders where there is nothing to show yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from disco_desktop.app.words.inert_text import inert
from disco_desktop.gui.data_words import counted_samples
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import HUGE, LARGE, MEDIUM, SMALL, TINY
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, column, row
from disco_desktop.gui.widgets.text import Text, restyle
from disco_desktop.gui.wording import counted
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from disco_desktop.app.processes.assistant_messages import Reading
    from disco_desktop.engine.task.data import Data
    from disco_desktop.gui.theme.theme import Theme

Tone: TypeAlias = Literal["info", "success", "warning", "danger"]

_ICONS: dict[Tone, str] = {
    "info": "info",
    "success": "check",
    "warning": "warning",
    "danger": "error",
}


class Notice(QFrame):
    """One message in its colour, with what can be done about it; hidden while there is none."""

    def __init__(self, theme: Theme, *actions: QAction) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._theme = theme
        self._tone: Tone = "info"
        self._picture = QLabel()
        self._text = Text(is_selectable=True)
        self._more = QPushButton(tr("Details"))
        self._more.setProperty("role", "quiet")
        self._more.setCheckable(True)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(120)
        self._details.setAccessibleName(tr("Details"))
        self._more.toggled.connect(self._details.setVisible)
        buttons = [ActionButton(action) for action in actions]
        line = row(self._picture, self._text, *buttons, self._more, spacing=MEDIUM)
        line.setStretch(1, 1)
        line.setAlignment(self._picture, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(line, self._details, spacing=SMALL, margin=MEDIUM))
        self._details.hide()
        theme.changed.connect(self._paint)
        self.hide()

    def say(self, text: str, tone: Tone = "info", *, details: str = "") -> None:
        """Show a message."""
        self._tone = tone
        self._text.setText(text)
        self.setAccessibleName(text)
        self._details.setPlainText(details)
        self._more.setVisible(bool(details))
        self._more.setChecked(False)
        self.setProperty("tone", tone)
        restyle(self)
        self._paint()
        self.show()

    @property
    def text(self) -> str:
        """What is shown; nothing while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def _paint(self) -> None:
        tokens = self._theme.tokens
        colour = tokens.accent if self._tone == "info" else getattr(tokens, self._tone)
        self._picture.setPixmap(icon(_ICONS[self._tone], colour).pixmap(20, 20))


class Verdict(QFrame):
    """A sentence in its colour, a few words more, and the primary action of the page."""

    def __init__(self, theme: Theme, action: QAction) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._theme = theme
        self._tone: Tone = "info"
        self._picture = QLabel()
        self._text = Text(size="heading")
        self._more = Text()
        line = row(
            self._picture,
            column(self._text, self._more, spacing=TINY),
            ActionButton(action, "primary"),
            spacing=MEDIUM,
            margin=MEDIUM,
        )
        line.setStretch(1, 1)
        line.setAlignment(self._picture, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)
        theme.changed.connect(self._paint)

    def say(self, text: str, more: str, tone: Tone) -> None:
        """Show a verdict."""
        self._tone = tone
        self._text.setText(text)
        self._more.setText(more)
        self.setAccessibleName(f"{text} {more}")
        self.setProperty("tone", tone)
        restyle(self)
        self._paint()

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text.text()

    def _paint(self) -> None:
        tokens = self._theme.tokens
        colour = tokens.accent if self._tone == "info" else getattr(tokens, self._tone)
        self._picture.setPixmap(icon(_ICONS[self._tone], colour, size=26).pixmap(26, 26))


class JobProgress(Card):
    """What is being done, how far it is, and a way to give it up."""

    def __init__(self, cancel: QAction) -> None:
        self._data: Data | None = None
        self._what = Text(size="heading", is_wrapped=False)
        self._more = Text(tone="muted", is_wrapped=False)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(tr("In progress"))
        line = row(column(self._what, self._more, spacing=SMALL), ActionButton(cancel))
        line.setStretch(0, 1)
        super().__init__(column(line, bar, spacing=LARGE), margin=LARGE)

    def count_in(self, data: Data) -> None:
        """Count in the samples of this kind of data from now on."""
        self._data = data

    def show_reading(self, reading: Reading | None, problems: int) -> None:
        """Show which file is read, how many samples are, and how many problems there are so far."""
        if reading is None:
            self._what.setText(tr("Preparing to read"))
            self._more.setText(" ")
            return
        self._what.setText(tr("Reading {file}").format(file=inert(reading.file, longest=60)))
        said = [counted_samples(self._data, reading.rows)] if reading.rows else []
        if problems:
            said.append(counted(problems, "{count} problem found", "{count} problems found"))
        self._more.setText(", ".join(said) or " ")

    def show_loading(self) -> None:
        """Show that the data are read and the model comes next."""
        self._what.setText(tr("Running the model"))
        self._more.setText(tr("The first time takes a few seconds."))


class Placeholder(QWidget):
    """A picture, a sentence, and what one can do; or a moving bar while something is loaded."""

    def __init__(
        self, theme: Theme, picture: str, title: str, text: str, *actions: QAction
    ) -> None:
        super().__init__()
        self._theme = theme
        self._name = picture
        self._picture = QLabel()
        self._title = Text(title, size="heading")
        self._text = Text(text, tone="muted")
        for label in (self._picture, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        buttons = [ActionButton(action, "" if number else "primary")
                   for number, action in enumerate(actions)]  # fmt: skip
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setFixedWidth(220)
        self._bar.hide()
        self.setLayout(
            column(
                None, self._picture, self._title, self._text,
                row(None, self._bar, None), row(None, *buttons, None), None,
                spacing=MEDIUM, margin=HUGE,
            )
        )  # fmt: skip
        theme.changed.connect(self._paint)
        self._paint()

    def say(self, title: str, text: str, *, is_busy: bool = False) -> None:
        """Show other words."""
        self._title.setText(title)
        self._text.setText(text)
        self._bar.setVisible(is_busy)

    def _paint(self) -> None:
        colour = self._theme.tokens.muted
        self._picture.setPixmap(icon(self._name, colour, size=44).pixmap(44, 44))
