"""One model: what it can do, how it came about, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from disco_desktop.app.training.log import Curves
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.errors import DiscoError
from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.data_words import answers, learns_from, typical_error
from disco_desktop.gui.model_actions import ModelActions
from disco_desktop.gui.pages.library import tool_button
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.plots.live_plot import LivePlot
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, WIDE_CONTENT
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, StatCard, column, row
from disco_desktop.gui.widgets.notice import Placeholder
from disco_desktop.gui.widgets.text import Facts, Text
from disco_desktop.gui.wording import (
    company,
    count,
    counted,
    duration,
    figure,
    moment,
    perplexity,
    share,
    size,
)
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from disco_desktop.app.library.models import Library
    from disco_desktop.engine.events import Metrics
    from disco_desktop.engine.memory.model_description import ModelDescription
    from disco_desktop.engine.memory.record import History
    from disco_desktop.engine.task.data import Data
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.main_window import Navigator
    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.widgets.toasts import Toasts

_PLOTS_HEIGHT = 300


class ModelDetailsPage(Page):
    """A model's figures, curves and history.

    Attributes:
        test_model, use_model, go_on: emitted with the model's id.
    """

    name = "model"
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
        super().__init__()
        self._theme = theme
        self._navigator = navigator
        self._library = library
        self._errands = errands
        self._model_id = ""
        self._is_shown = False
        self.actions_ = ModelActions(theme, library, errands, toasts, self)
        self._back = QAction(tr("All &models"), self)
        self._back.setShortcut(QKeySequence.StandardKey.Back)
        self._back.setStatusTip(tr("Go back to the list of models"))
        self._back.triggered.connect(lambda: navigator.go("library"))
        self._cards = {
            "accuracy": StatCard(tr("Accuracy")),
            "loss": StatCard(tr("Loss")),
            "rounds": StatCard(tr("Rounds")),
            "epochs": StatCard(tr("Epochs")),
            "participants": StatCard(tr("Participants")),
            "size": StatCard(tr("Size")),
        }
        self._loss = LivePlot(theme, tr("Loss"))
        self._accuracy = LivePlot(theme, tr("Accuracy"), is_share=True)
        self._facts = Facts()
        self._task_facts = Facts()
        self._no_curves = Text(tr("This model's file contains no history."), tone="muted")
        self._trouble = Placeholder(theme, "library", "", "", self._back)
        self._compose()
        actions = self.actions_
        actions.test_model.connect(self.test_model)
        actions.use_model.connect(self.use_model)
        actions.go_on.connect(self.go_on)
        actions.deleted.connect(self._leave)
        library.observe(self._library_changed)
        theme.changed.connect(self._paint)
        self._paint()

    def _compose(self) -> None:
        actions = self.actions_
        buttons = row(
            ActionButton(actions.test, "primary"), ActionButton(actions.use),
            ActionButton(actions.train), MEDIUM,
            *(tool_button(one) for one in (actions.rename, actions.export, actions.delete)), None,
        )  # fmt: skip
        back = ActionButton(self._back, "quiet")
        back.setStyleSheet("padding-left: 0;")  # so that it lines up with the title below
        head = column(
            row(back, None),
            column(self.title, self.subtitle, spacing=SMALL),
            spacing=MEDIUM,
        )
        cards = QGridLayout()
        cards.setSpacing(SMALL)
        for place, card in enumerate(self._cards.values()):
            cards.addWidget(card, 0, place)
            cards.setColumnStretch(place, 1)
        self._plot_grid = plots = QGridLayout()
        self._accuracy_card = Card(self._accuracy, margin=SMALL)
        plots.setSpacing(MEDIUM)
        plots.setContentsMargins(0, 0, 0, 0)
        for place, plot in enumerate((Card(self._loss, margin=SMALL), self._accuracy_card)):
            plots.addWidget(plot, 0, place)
            plots.setColumnStretch(place, 1)
        self._plots = QWidget()
        self._plots.setLayout(plots)
        self._plots.setFixedHeight(_PLOTS_HEIGHT)
        facts = QGridLayout()
        facts.setSpacing(MEDIUM)
        for place, (title, content) in enumerate(
            (
                (tr("Training history"), self._facts),
                (tr("What it does"), self._task_facts),
            )
        ):
            words = column(Text(title, size="strong"), content, spacing=MEDIUM)
            facts.addWidget(Card(words, margin=LARGE), 0, place, Qt.AlignmentFlag.AlignTop)
            facts.setColumnStretch(place, 1)
        self._found = QWidget()
        self._found.setLayout(
            column(buttons, cards, self._plots, self._no_curves, facts, None, spacing=MEDIUM)
        )
        self._states = QStackedWidget()
        self._states.addWidget(self._found)
        self._states.addWidget(self._trouble)
        self.add(head, self._states)
        self.content.setStretch(self.content.count() - 1, 1)

    def _paint(self) -> None:
        self._back.setIcon(icon("back", self._theme.tokens.muted))

    # --- which model

    def entered(self, subject: str) -> None:
        """Show a model; it may have been renamed or deleted elsewhere."""
        if subject != self._model_id:
            self._is_shown = False
            self.title.setText(" ")
            self.subtitle.hide()
            self._found.hide()
        self._model_id = subject
        self.actions_.choose([subject])
        self._errands.run(self._describe(subject))

    async def _describe(self, model_id: str) -> None:
        try:
            description = await self._library.describe(model_id)
        except DiscoError as error:
            if model_id == self._model_id:
                self._show_missing(error)
            return
        if self._library.record(model_id) is None:
            await self._library.refresh()
        if model_id == self._model_id:
            self._show(description)

    def _library_changed(self) -> None:
        """Show a name that was changed."""
        record = self._library.record(self._model_id)
        if self._is_shown and record is not None:
            self.title.setText(inert(record.name))

    def _leave(self) -> None:
        place = self._navigator.place
        if (place.page, place.subject) == (self.name, self._model_id):
            self._navigator.go("library")

    # --- what is shown

    def _show_missing(self, error: DiscoError) -> None:
        self._is_shown = False
        self.title.setText(tr("Model"))
        self.subtitle.hide()
        words = sentence(error)
        if error.code == "model_unknown":
            words = tr("It may have been deleted or moved.")
        self._trouble.say(tr("This model does not exist here"), words)
        self.actions_.choose(())
        self._states.setCurrentWidget(self._trouble)

    def _show(self, description: ModelDescription) -> None:
        self._is_shown = True
        record, task = description.record, description.task
        self.title.setText(inert(record.name))
        self.subtitle.setText(inert(record.task_title))
        self.subtitle.show()
        metrics = record.metrics
        self._cards["accuracy"].show_value(
            share(metrics.accuracy if metrics else None),
            self._held_out_words(task.data, metrics) if metrics else "",
        )
        self._cards["loss"].show_value(figure(metrics.loss if metrics else None))
        self._show_error(task.data, metrics)
        self._cards["rounds"].show_value(count(record.rounds))
        self._cards["epochs"].show_value(count(record.epochs))
        self._cards["participants"].show_value(count(record.participants), tr("in the last round"))
        self._cards["size"].show_value(size(record.size))
        self._show_facts(description)
        facts: list[tuple[str, str | QWidget]] = [
            (tr("Task"), inert(task.display.title)),
            (tr("Learns from"), learns_from(task.data)),
        ]
        if isinstance(task.data, TextData):
            self._cards["accuracy"].rename(tr("Token accuracy"))
            facts.append((tr("Predicts"), tr("how a text continues")))
            if metrics is not None:
                facts.append((tr("Perplexity"), figure(perplexity(metrics.loss))))
        else:
            self._cards["accuracy"].rename(tr("Accuracy"))
            facts += [
                (tr("Predicts"), inert(task.data.predicts)),
                (tr("Answers"), answers(task.data)),
            ]
        self._task_facts.show_facts(facts)
        self._show_curves(description.history)
        self._found.show()
        self._states.setCurrentWidget(self._found)

    def _held_out_words(self, data: Data, metrics: Metrics) -> str:
        if isinstance(data, TextData):
            return counted(
                metrics.samples,
                "on {count} block held out for validation",
                "on {count} blocks held out for validation",
            )
        return counted(
            metrics.samples,
            "on {count} sample held out for validation",
            "on {count} samples held out for validation",
        )

    def _show_error(self, data: Data, metrics: Metrics | None) -> None:
        """No number is simply right: where such are predicted, say how far they are off."""
        error = typical_error(data, metrics.loss if metrics else 0.0)
        self._cards["accuracy"].setVisible(not error)
        self._accuracy_card.setVisible(not error)
        self._plot_grid.setColumnStretch(1, 0 if error else 1)
        if error and metrics is not None:
            self._cards["loss"].show_value(
                figure(metrics.loss), tr("{error} off").format(error=error)
            )

    def _show_facts(self, description: ModelDescription) -> None:
        record, history = description.record, description.history
        seconds = sum(epoch.seconds for epoch in history.epochs)
        waited = sum(round_.waited for round_ in history.rounds)
        facts = [
            (tr("Started"), moment(record.created)),
            (tr("Participants"), company(record)),
            (tr("Rounds"), tr("{rounds} of {epochs} in total").format(
                rounds=counted(record.rounds, "{count} round", "{count} rounds"),
                epochs=counted(record.epochs, "{count} epoch", "{count} epochs"))),
            (tr("Parameters"), count(description.elements)),
        ]  # fmt: skip
        if history.epochs:
            facts.insert(2, (tr("Trained for"), duration(seconds)))
        if waited >= 0.1:
            facts.insert(3, (tr("Time waiting for others"), duration(waited)))
        self._facts.show_facts(facts)

    def _show_curves(self, history: History) -> None:
        curves = Curves()
        for epoch in history.epochs:
            curves.take_epoch(epoch)
        exchanged = [round_.round for round_ in history.rounds if round_.participants > 1]
        ends = {epoch.round: epoch.epoch for epoch in history.epochs}
        curves.rounds = [ends[number] for number in exchanged if number in ends]
        for plot, figures in ((self._loss, curves.loss), (self._accuracy, curves.accuracy)):
            plot.clear_curves()
            if figures.training:
                plot.show_epochs(curves.epochs, figures.training, figures.validation)
            plot.show_rounds(curves.rounds)
        self._plots.setVisible(bool(curves.epochs))
        self._no_curves.setVisible(not curves.epochs)
