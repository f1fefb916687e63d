"""The first thing one sees: what this is, and what one can do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy

from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, WIDE_CONTENT
from disco_desktop.gui.widgets.card import Card, ChoiceCard, column, row
from disco_desktop.gui.widgets.drawings import FederatedDrawing
from disco_desktop.gui.widgets.notice import Notice
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from disco_desktop.gui.theme.theme import Theme

_WIDE = 1_000  # pixels from which words and drawing stand side by side


class HomePage(Page):
    """Three ways in, and in one sentence each what happens to one's data."""

    name = "home"
    belongs_to = "home"
    widest = WIDE_CONTENT
    try_it = Signal()
    participate = Signal()
    use_model = Signal()
    go_on = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            tr("Train together. Keep your data."),
            tr(
                "Hospitals, labs, schools and citizens train one model: each on their own "
                "computer, with their own files. Only what the model has learned is "
                "exchanged."
            ),
        )
        self._theme = theme
        self._pictures: list[tuple[QLabel, str, int]] = []
        ways = QGridLayout()
        ways.setSpacing(MEDIUM)
        for place, (picture, title, text, signal) in enumerate(
            (
                (
                    "play",
                    tr("Try it"),
                    tr("Train a model on sample data, on this computer, in one minute."),
                    self.try_it,
                ),
                (
                    "people",
                    tr("Take part"),
                    tr("Choose a task, choose your folder, and train with others."),
                    self.participate,
                ),
                (
                    "use",
                    tr("Use a model"),
                    tr("Test the models on this computer, or make predictions with them."),
                    self.use_model,
                ),
            )
        ):
            card = ChoiceCard(
                column(self._picture(picture), Text(title, size="heading"),
                       Text(text, tone="muted"), spacing=SMALL),
                name=title, margin=LARGE,
            )  # fmt: skip
            card.setAccessibleDescription(text)
            card.chosen.connect(signal)
            ways.addWidget(card, 0, place, Qt.AlignmentFlag.AlignTop)
            ways.setColumnStretch(place, 1)
        self._interrupted = ""
        resume = QAction(tr("&Continue"), self)
        resume.setStatusTip(tr("Continue the training where it was interrupted"))
        resume.triggered.connect(lambda: self.go_on.emit(self._interrupted))
        self._offer = Notice(theme, resume)
        self._explained = QGridLayout()
        self._explained.setSpacing(MEDIUM)
        self._drawing = Card(FederatedDrawing(theme), margin=LARGE)
        self._points = self._how_it_works()
        self._is_wide = False
        self._explained.addWidget(self._points, 0, 0)
        self._explained.addWidget(self._drawing, 1, 0)
        self.add(self._offer, ways, self._explained, None)
        theme.changed.connect(self._paint)
        self._paint()

    def offer_to_go_on(self, task_id: str, title: str) -> None:
        """Offer to go on with a task's training; no id takes the offer back."""
        self._interrupted = task_id
        if task_id:
            self._offer.say(tr("The training of “{title}” was interrupted.").format(title=title))
        else:
            self._offer.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Put words and drawing side by side where there is room, else below each other."""
        super().resizeEvent(event)
        is_wide = self.viewport().width() >= _WIDE
        if is_wide == self._is_wide:
            return
        self._is_wide = is_wide
        self._explained.addWidget(self._drawing, *((0, 1) if is_wide else (1, 0)))
        self._explained.setColumnStretch(0, 2)
        self._explained.setColumnStretch(1, 5 if is_wide else 0)

    def _how_it_works(self) -> Card:
        points = (
            ("computer", tr("Your files are read here and never leave.")),
            ("upload", tr("After each round, only the change of the model is sent: numbers.")),
            ("server", tr("The server combines all changes into one model and sends it back.")),
            ("shield", tr("You can see every message that is sent, with its size.")),
        )
        rows = []
        for name, text in points:
            line = row(picture := self._picture(name, 22), SMALL, Text(text))
            line.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
            line.setStretch(2, 1)
            rows.append(line)
        words = column(Text(tr("How it works"), size="strong"), *rows, None, spacing=MEDIUM)
        card = Card(words, margin=LARGE)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        return card

    def _picture(self, name: str, size: int = 30) -> QLabel:
        picture = QLabel()
        picture.setFixedSize(size, size)
        self._pictures.append((picture, name, size))
        return picture

    def _paint(self) -> None:
        for picture, name, size in self._pictures:
            picture.setPixmap(icon(name, self._theme.tokens.accent, size=size).pixmap(size, size))
