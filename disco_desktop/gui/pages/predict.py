"""What a model says of data whose outcome is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.processes.assistant_messages import Generate, Predict, Predicted
from disco_desktop.app.words.inert_text import inert
from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.data_words import OutcomeTiles, counted_samples, samples_title, spread_words
from disco_desktop.gui.item_models.rows import LeadingColumn, RowsModel
from disco_desktop.gui.pages.model_page import ModelPage
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM
from disco_desktop.gui.widgets.balance import BalanceBars
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, StatCard, column, row
from disco_desktop.gui.widgets.gallery import LabelFilter, SamplesView
from disco_desktop.gui.widgets.prompt import Prompt
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import count, quantity, share
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.library.data import LastData
    from disco_desktop.app.processes.assistant_job import Prediction
    from disco_desktop.app.processes.assistant_messages import Row, View
    from disco_desktop.app.processes.generation import Generation
    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.task.data import Data
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.item_models.rows import CellTone
    from disco_desktop.gui.theme.theme import Theme


class PredictPage(ModelPage):
    """All rows with what the model predicts, and how sure it is."""

    name = "predict"
    purpose = "prediction"

    def __init__(
        self,
        theme: Theme,
        prediction: Prediction,
        memory: DiskMemory,
        last: LastData,
        errands: Errands,
        generation: Generation,
    ) -> None:
        super().__init__(theme, prediction, memory, last, errands)
        self._generation = generation
        self._prompt = Prompt(theme, generation)
        self._prompt.asked.connect(self._generate)
        self._prompt.stop.connect(lambda: errands.run(generation.stop()))
        self._prediction = prediction
        self._tiles = OutcomeTiles()
        self._unit = ""
        self._predicted = StatCard(tr("Predicted"))
        self._left_out = StatCard(tr("Not predicted"))
        self._counts = BalanceBars(theme, tr("Distribution of predictions"))
        self._rows = RowsModel(self._columns(is_number=False))
        self._filter = LabelFilter()
        self._filter.setAccessibleName(tr("Which predictions to show"))
        self._filter.chosen.connect(self._look_at)
        self._outcome = Text(size="strong")
        self._rows_title = Text(tr("Rows"), size="strong")
        head = row(self._rows_title, self._filter, ActionButton(self._export, "primary"))
        head.setStretch(0, 1)
        self._view = SamplesView(
            theme, self._rows, tr("Rows with their predictions"),
            tile_of=self._tiles.predicted, details=self._tiles.details,
            read_large=prediction.read_picture, errands=errands,
        )  # fmt: skip
        counts_card = Card(column(self._outcome, self._counts, None, spacing=MEDIUM), margin=LARGE)
        policy = counts_card.sizePolicy()
        policy.setVerticalPolicy(policy.Policy.Preferred)
        counts_card.setSizePolicy(policy)
        figures = column(self._predicted, self._left_out, None, spacing=MEDIUM)
        beside = row(figures, counts_card, spacing=MEDIUM)
        beside.setStretch(0, 1)
        beside.setStretch(1, 3)
        rows_card = Card(column(head, self._view, spacing=MEDIUM), margin=LARGE)
        self._result.setLayout(column(beside, rows_card, spacing=MEDIUM))
        self._compose()
        self.content.insertWidget(self.content.indexOf(self._choice), self._prompt)

    def _columns(self, *, is_number: bool) -> tuple[LeadingColumn, ...]:
        """Return what comes before the data; a number is not more or less probable."""
        prediction = LeadingColumn(tr("Prediction"), self._words, _tone)
        if is_number:
            return (prediction,)
        return (
            prediction,
            LeadingColumn(tr("Probability"), lambda row: share(row.probability), is_figure=True),
        )

    # --- words

    def _titles(self, model: str) -> tuple[str, str]:
        return (
            tr("Predict with “{model}”").format(model=model),
            tr("Predict outcomes for new data. Nothing leaves this computer."),
        )

    def _plain_title(self) -> str:
        return tr("Make predictions")

    def _start_text(self) -> str:
        return tr("&Predict")

    def _export_name(self, model: str) -> str:
        return tr("{model} predictions").format(model=model)

    def _show_kind(self, data: Data) -> None:
        self._rows_title.setText(samples_title(data))
        if isinstance(data, TextData) and self._model is not None:
            model = inert(self._model.record.name)
            self.title.setText(tr("Write with “{model}”").format(model=model))
            said = tr("Have the model continue your text. What you write stays on this computer.")
            self.subtitle.setText(said)

    @property
    def _takes_files(self) -> bool:
        return self._model is not None and not isinstance(self._data, TextData)

    def _draw(self) -> None:
        super()._draw()
        self._prompt.setVisible(isinstance(self._data, TextData))

    def entered(self, subject: str) -> None:
        """Show a model; what another one wrote is forgotten."""
        if subject != self._model_id:
            self._generation.cancel()
        super().entered(subject)

    def _generate(self, prompt: str, tokens: int, heat: float, top_k: int, seed: int) -> None:
        self._generation.begin(
            Generate(
                memory=str(self._memory.root), model=self._model_id, prompt=prompt,
                tokens=tokens, temperature=heat, top_k=top_k, seed=seed,
            )
        )  # fmt: skip

    def _words(self, row: Row) -> str:
        if row.value is not None:
            return quantity(row.value, self._unit)
        if row.prediction is None:
            return tr("not possible")
        return self._tiles.label(row.prediction)

    # --- what is shown

    def _request(self, model_id: str, path: Path) -> Predict:
        return Predict(memory=str(self._memory.root), model=model_id, data=str(path))

    def _show_answer(self, answer: Predicted) -> None:
        self._tiles.labels = labels = [inert(label) for label in answer.labels]
        predicted = (
            answer.shape.rows - answer.left_out.count if answer.spread else sum(answer.counts)
        )
        self._predicted.show_value(
            count(predicted),
            tr("of {all}").format(all=counted_samples(self._data, answer.shape.rows)),
        )
        self._left_out.show_value(
            count(answer.left_out.count), tr("unusable") if answer.left_out.count else ""
        )
        if self._model is not None:
            self._outcome.setText(inert(self._model.task.data.predicts))
        self._counts.show_counts(list(zip(labels, answer.counts, strict=True)))
        self._filter.show_predictions(labels, answer.counts, answer.shape.rows)
        self._filter.setVisible(answer.spread is None)
        self._rows.lead_with(self._columns(is_number=answer.spread is not None))
        self._show_spread(answer)

    def _look_at(self, view: View, number: int) -> None:
        """Look at the rows for which the chosen label was predicted."""
        rows = self._prediction.rows
        if rows is not None:
            rows.look_at(view, number)
            self._view.show_rows(rows)

    def _show_spread(self, answer: Predicted) -> None:
        """Numbers are not counted: say how they lie."""
        spread = answer.spread
        self._unit = spread.unit if spread is not None else ""
        self._counts.setVisible(spread is None)
        if spread is not None and self._model is not None:
            name = inert(self._model.task.data.predicts)
            self._outcome.setText(f"{name}: {spread_words(spread)}")

    def _show_rows(self) -> None:
        if self._view.rows is not self._prediction.rows:
            self._view.show_rows(self._prediction.rows)


def _tone(row: Row) -> CellTone:
    return "" if row.is_used else "danger"
