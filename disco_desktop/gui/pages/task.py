"""A task's description: what is learnt, from what, how, and what a participant may choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QWidget

from disco_desktop.app.words.inert_text import inert, inert_paragraphs
from disco_desktop.gui.data_words import kind_of, parts_of
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, column, row
from disco_desktop.gui.widgets.fields import Choice, NumberField
from disco_desktop.gui.widgets.text import Badge, Facts, Text
from disco_desktop.gui.wording import count, counted, exchange_words, privacy_words, share
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from disco_desktop.app.training.selection import Journey
    from disco_desktop.engine.task.task import Task
    from disco_desktop.gui.theme.theme import Theme

_LARGEST_EPOCHS = 100_000
_LARGEST_BATCH = 65_536


class TaskPage(Page):
    """Overview, data, model and training of one task, and two figures one may change."""

    name = "task"
    belongs_to = "tasks"
    go_on = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(" ", " ")
        self._theme = theme
        self._journey: Journey | None = None
        self._badges = row(spacing=SMALL)
        self._overview = Text(is_selectable=True)
        self._data_format = Text(is_selectable=True)
        self._model = Text(is_selectable=True)
        self._columns = Facts()
        self._together = Facts()
        self._epochs = self._spin(tr("Epochs"), _LARGEST_EPOCHS)
        self._batch_size = self._spin(tr("Batch size"), _LARGEST_BATCH)
        self._rounds = Text(tone="muted", size="small")
        self._keeps = self._make_keeps()
        own = Facts(
            [
                (tr("Epochs"), self._epochs),
                (tr("Batch size"), self._batch_size),
                (tr("Keep"), self._keeps),
            ]
        )
        action = QAction(tr("Choose &data"), self)
        action.setStatusTip(tr("Choose the data to train on"))
        action.triggered.connect(self._choose_data)
        left = column(
            Card(column(Text(tr("What the model learns"), size="strong"), self._overview,
                        spacing=SMALL), margin=LARGE),
            Card(column(Text(tr("Data format"), size="strong"),
                        self._data_format, self._columns, spacing=MEDIUM), margin=LARGE),
            Card(column(Text(tr("The model"), size="strong"), self._model,
                        spacing=SMALL), margin=LARGE),
            None,
            spacing=MEDIUM,
        )  # fmt: skip
        right = column(
            Card(column(Text(tr("Training together"), size="strong"), self._together,
                        spacing=MEDIUM), margin=LARGE),
            Card(column(Text(tr("Training settings"), size="strong"), own, self._rounds,
                        spacing=MEDIUM), margin=LARGE),
            None,
            spacing=MEDIUM,
        )  # fmt: skip
        grid = QGridLayout()
        grid.setSpacing(MEDIUM)
        grid.addLayout(left, 0, 0)
        grid.addLayout(right, 0, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        self.add(self._badges, grid, row(None, ActionButton(action, "primary")), None)

    def _spin(self, name: str, largest: int) -> NumberField:
        spin = NumberField(1, largest)
        spin.setAccessibleName(name)
        spin.setFixedWidth(130)
        spin.valueChanged.connect(self._figures_changed)
        return spin

    def _make_keeps(self) -> Choice:
        choice = Choice()
        choice.setAccessibleName(tr("Weights to keep"))
        for words, keeps, tip in (
            (tr("the last epoch"), "last", tr("Keep the model of the last epoch")),
            (
                tr("the best epoch"),
                "best",
                tr("Keep the model of the epoch with the lowest validation loss"),
            ),
        ):
            choice.addItem(words, keeps)
            choice.setItemData(choice.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        choice.activated.connect(self._weights_chosen)
        return choice

    def _weights_chosen(self) -> None:
        if self._journey is not None:
            self._journey.choose_weights(self._keeps.currentData())

    def show_journey(self, journey: Journey) -> None:
        """Show a task and what was chosen for it."""
        self._journey = None  # the fields change below, and nobody chose that
        task = journey.task
        display = task.display
        self.title.setText(inert(display.title))
        self.subtitle.setText(inert(display.summary))
        self._overview.setText(inert_paragraphs(display.overview or display.summary))
        self._data_format.setText(inert_paragraphs(display.data_format))
        self._model.setText(inert_paragraphs(display.model))
        self._columns.setVisible(not display.data_format)
        self._columns.show_facts(parts_of(task.data))
        self._together.show_facts(self._agreement(task))
        self._show_badges(task)
        self._epochs.setValue(journey.epochs or task.training.epochs)
        self._batch_size.setValue(journey.batch_size or task.training.batch_size)
        self._keeps.setCurrentIndex(self._keeps.findData(journey.keeps or "last"))
        self._journey = journey
        self._show_rounds()
        self.outer.setVisible(True)
        self.setEnabled(True)

    def _agreement(self, task: Task) -> list[tuple[str, str | QWidget]]:
        together, training = task.collaboration, task.training
        optimizer = str(training.optimizer.__struct_config__.tag)
        return [
            (tr("Participants"), tr("at least {number}").format(
                number=count(together.minimum_participants))),
            (tr("Exchange"), tr("after every {epochs}").format(
                epochs=counted(training.round_duration, "{count} epoch", "{count} epochs"))),
            (tr("Rounds"), count(training.rounds)),
            (tr("Validation"), tr("{share} of the data").format(
                share=share(training.validation_split))),
            (tr("Exchange of updates"), exchange_words(together)),
            (tr("Protection"), privacy_words(together.privacy)),
            (tr("Weighting"), tr("by number of samples")
                if together.weighting == "samples" else tr("equal")),
            (tr("Optimizer"), f"{optimizer}, {training.optimizer.learning_rate:g}"),
        ]  # fmt: skip

    def _show_badges(self, task: Task) -> None:
        while (item := self._badges.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        schemes = {
            "federated": tr("via server"),
            "decentralized": tr("peer to peer"),
            "local": tr("alone"),
        }
        self._badges.addWidget(Badge(kind_of(task.data)))
        self._badges.addWidget(Badge(schemes[task.collaboration.scheme]))
        self._badges.addStretch(1)

    def _figures_changed(self) -> None:
        if self._journey is None:
            return
        training = self._journey.task.training
        epochs, batch_size = self._epochs.value(), self._batch_size.value()
        self._journey.choose_training(
            epochs=None if epochs == training.epochs else epochs,
            batch_size=None if batch_size == training.batch_size else batch_size,
        )
        self._show_rounds()

    def _show_rounds(self) -> None:
        if self._journey is None:
            return
        duration = self._journey.task.training.round_duration
        rounds = -(-self._epochs.value() // duration)
        self._rounds.setText(
            tr("This makes {rounds} with the others.").format(
                rounds=counted(rounds, "{count} round", "{count} rounds")
            )
        )

    def _choose_data(self) -> None:
        if self._journey is not None:
            self.go_on.emit(self._journey.task.id)

    def entered(self, subject: str) -> None:
        """Show nothing of another task until this one is there."""
        if self._journey is None or self._journey.task.id != subject:
            self._journey = None
            self.setEnabled(False)
            self.outer.setVisible(False)
