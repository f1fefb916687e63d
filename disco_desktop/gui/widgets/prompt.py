"""A text to begin with, and what a model writes on."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QProgressBar, QWidget

from disco_desktop.app.words.inert_text import inert_paragraphs
from disco_desktop.app.words.sentences import sentence
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, SettingRow, column, row
from disco_desktop.gui.widgets.fields import DecimalField, NumberField
from disco_desktop.gui.widgets.notice import Notice
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import counted, duration, figure
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from disco_desktop.app.processes.generation import Generation
    from disco_desktop.gui.theme.theme import Theme

LONGEST_PROMPT = 20_000  # characters
_MOST_TOKENS = 4_096
_MOST_CHOICES = 1_000
_FRAME = 50  # milliseconds between two pictures of a text that grows
_FIELD_WIDTH = 130


class Prompt(QWidget):
    """Asks for a text to begin with, and shows what is written while it is written.

    Attributes:
        asked: emitted with prompt, tokens, temperature, top-k and seed.
        stop: emitted when it should be written no further.
    """

    asked = Signal(str, int, float, int, int)
    stop = Signal()

    def __init__(self, theme: Theme, generation: Generation) -> None:
        super().__init__()
        self._theme = theme
        self._generation = generation
        self._shown = ""
        self._begun_with = ""
        self._make_actions()
        self.prompt = QPlainTextEdit()
        self.prompt.setAccessibleName(tr("Beginning of the text"))
        self.prompt.setPlaceholderText(tr("Type the beginning of a text"))
        self.prompt.setTabChangesFocus(True)
        self.prompt.setFixedHeight(96)
        self.prompt.textChanged.connect(self._draw)
        self.tokens = NumberField(1, _MOST_TOKENS)
        self.tokens.setValue(100)
        self.temperature = DecimalField(0.0, 5.0, step=0.1, decimals=2)
        self.temperature.setValue(0.8)
        self.top_k = NumberField(0, _MOST_CHOICES)
        self.top_k.setValue(40)
        self.top_k.setSpecialValueText(tr("all"))
        for field in (self.tokens, self.temperature, self.top_k):
            field.setFixedWidth(_FIELD_WIDTH)
        self.output = QPlainTextEdit()
        self.output.setReadOnly(True)
        self.output.setAccessibleName(tr("The model's text"))
        self.output.setMinimumHeight(220)
        keyboard = Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.output.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | keyboard)
        self._said = Text(tone="muted", size="small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress"))
        self._notice = Notice(theme)
        self._notice.hide()
        self._compose()
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(_FRAME)
        self._frame.timeout.connect(self._draw)
        generation.observe(self._soon)
        theme.changed.connect(self._paint)
        self._paint()
        self._draw()

    def _make_actions(self) -> None:
        def action(text: str, tip: str, slot: object, shortcut: str = "") -> QAction:
            made = QAction(text, self)
            made.setStatusTip(tip)
            made.triggered.connect(slot)
            if shortcut:
                made.setShortcut(shortcut)
            self.addAction(made)
            return made

        self.generate = action(
            tr("&Generate"), tr("Let the model continue the text"), self._ask, "Ctrl+Return"
        )
        self.stop_action = action(
            tr("S&top"), tr("Stop writing; the text so far stays"), self.stop, "Esc"
        )
        self.copy = action(
            tr("&Copy"), tr("Copy the whole text, including its beginning"), self._copy
        )

    def _compose(self) -> None:
        buttons = row(
            ActionButton(self.stop_action), ActionButton(self.generate, "primary"), spacing=SMALL
        )
        settings = column(
            SettingRow(
                tr("Length"),
                tr("How many tokens to write; a token is a word or part of one."),
                self.tokens,
            ),
            SettingRow(
                tr("Temperature"),
                tr("How freely it writes. At zero, it always takes the most likely token."),
                self.temperature,
            ),
            SettingRow(
                tr("Top-k"),
                tr("From how many of the most likely tokens each one is drawn."),
                self.top_k,
            ),
            spacing=MEDIUM,
        )
        asking = Card(
            column(
                Text(tr("Beginning of the text"), size="strong"), self.prompt, settings,
                row(None, buttons), spacing=MEDIUM,
            ),
            margin=LARGE,
        )  # fmt: skip
        head = row(Text(tr("The model's text"), size="strong"), ActionButton(self.copy))
        head.setStretch(0, 1)
        answer = Card(
            column(head, self._bar, self.output, self._said, spacing=MEDIUM), margin=LARGE
        )
        self.setLayout(column(self._notice, asking, answer, spacing=MEDIUM))

    # --- asking

    def _ask(self) -> None:
        prompt = self.prompt.toPlainText()
        if prompt.strip() and len(prompt) <= LONGEST_PROMPT and not self._generation.is_under_way:
            self._begun_with = prompt
            self.asked.emit(
                prompt, self.tokens.value(), self.temperature.value(), self.top_k.value(),
                secrets.randbelow(1 << 31),
            )  # fmt: skip

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._begun_with + self._generation.text)

    # --- what is shown

    def _soon(self) -> None:
        """Draw in a while: tokens come faster than anybody reads."""
        if not self._frame.isActive():
            self._frame.start()

    def _draw(self) -> None:
        made = self._generation
        prompt = self.prompt.toPlainText()
        is_too_long = len(prompt) > LONGEST_PROMPT
        self.generate.setEnabled(bool(prompt.strip()) and not is_too_long and not made.is_under_way)
        self.stop_action.setEnabled(made.state == "working")
        self.copy.setEnabled(bool(made.text))
        self._bar.setVisible(made.is_under_way)
        self._bar.setRange(0, 0)
        if made.error is not None:
            self._notice.say(sentence(made.error), "danger", details=str(made.error))
        elif is_too_long:
            self._notice.say(tr("This beginning is too long. Shorten it."), "warning")
        else:
            self._notice.hide()
        self._said.setText(self._state_words())
        self._show_text()

    def _state_words(self) -> str:
        made = self._generation
        if made.ended is not None:
            tokens = made.ended.tokens
            has_rate = made.ended.seconds > 0 and tokens
            form = tr("{tokens} in {time} ({rate} per second)")
            said = (form if has_rate else tr("{tokens} in {time}")).format(
                tokens=counted(tokens, "{count} token", "{count} tokens"),
                time=duration(made.ended.seconds),
                rate=figure(tokens / made.ended.seconds) if has_rate else "",
            )
            return tr("{said}, stopped").format(said=said) if made.ended.stopped else said
        if made.state == "stopping":
            return tr("Stopping")
        if made.state == "working":
            return tr("Loading the model") if not made.text else tr("Writing")
        return tr("Nothing has been written yet.")

    def _show_text(self) -> None:
        """Add what is new at the end; who has scrolled up to read is left there."""
        text = self._generation.text
        before = _shown(self._begun_with) if self._generation.state != "idle" else ""
        whole = before + _shown(text)
        if whole == self._shown:
            return
        bar = self.output.verticalScrollBar()
        was_at_end = bar.value() >= bar.maximum() - 4
        cursor = QTextCursor(self.output.document())
        if not (self._shown and whole.startswith(self._shown)):
            self.output.clear()
            faint = QTextCharFormat()
            faint.setForeground(QColor(self._theme.tokens.muted))
            cursor.insertText(before, faint)
            self._shown = before
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(whole[len(self._shown) :], QTextCharFormat())
        self._shown = whole
        if was_at_end:
            bar.setValue(bar.maximum())

    def _paint(self) -> None:
        muted = self._theme.tokens.muted
        self.copy.setIcon(icon("copy", muted))
        self._shown = ""  # the beginning is drawn in the theme's own colour
        self._show_text()


def _shown(text: str) -> str:
    """Return a text as it may be shown; its last line end is not lost."""
    shown = inert_paragraphs(text)
    return shown + "\n" if text.endswith(("\n", "\r")) else shown
