"""How good a model is on data whose outcome is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QBoxLayout, QWidget

from disco_desktop.app.processes.assistant_messages import ModelTested, TestModel, View
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import left_out_sentence
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.text import TextData
from disco_desktop.engine.validation.figures import ClassifierFigures, NumberFigures
from disco_desktop.gui.data_words import OutcomeTiles, counted_samples
from disco_desktop.gui.item_models.results import ClassFiguresModel
from disco_desktop.gui.item_models.rows import LeadingColumn, RowsModel
from disco_desktop.gui.pages.model_page import ModelPage
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, StatCard, column, row
from disco_desktop.gui.widgets.confusion_matrix import ConfusionMatrix, MatrixArea
from disco_desktop.gui.widgets.data_table import PlainTable
from disco_desktop.gui.widgets.figures import Calibration, ErrorFigures
from disco_desktop.gui.widgets.gallery import SamplesView
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import count, figure, perplexity, quantity, share
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.library.data import LastData
    from disco_desktop.app.processes.assistant_job import ModelTest
    from disco_desktop.app.processes.assistant_messages import Row
    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.task.data import Data
    from disco_desktop.engine.validation.figures import Figures
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.item_models.rows import CellTone
    from disco_desktop.gui.theme.theme import Theme


_MOST_BESIDE = 4  # classes, whose matrix has room beside the table
_MOST_IN_MATRIX = 100


class TestPage(ModelPage):
    """Figures, the confusion matrix, and the rows that a cell of it stands for."""

    __test__ = False  # pytest takes the name for a test's

    name = "test"
    purpose = "test"

    def __init__(
        self,
        theme: Theme,
        test: ModelTest,
        memory: DiskMemory,
        last: LastData,
        errands: Errands,
    ) -> None:
        super().__init__(theme, test, memory, last, errands)
        self._test = test
        self._tiles = OutcomeTiles()
        self._cell: tuple[int, int] | None = None
        self._cards = {
            "accuracy": StatCard(tr("Accuracy")),
            "perplexity": StatCard(tr("Perplexity")),
            "loss": StatCard(tr("Loss")),
            "samples": StatCard(tr("Samples")),
            "left_out": StatCard(tr("Left out")),
        }
        self._matrix = ConfusionMatrix(theme)
        self._matrix.selected.connect(self._choose_cell)
        self._classes = ClassFiguresModel()
        self._rows = RowsModel(self._class_columns())
        self._make_result(theme)
        self._compose()

    def _class_columns(self) -> tuple[LeadingColumn, ...]:
        return (
            LeadingColumn(tr("True"), lambda row: self._tiles.label(row.truth)),
            LeadingColumn(
                tr("Predicted"), lambda row: self._tiles.label(row.prediction), _rightness
            ),
            LeadingColumn(tr("Probability"), lambda row: share(row.probability), is_figure=True),
        )

    def _number_columns(self, unit: str) -> tuple[LeadingColumn, ...]:
        return (
            LeadingColumn(tr("True"), lambda row: quantity(row.true_value, unit), is_figure=True),
            LeadingColumn(tr("Predicted"), lambda row: quantity(row.value, unit), is_figure=True),
            LeadingColumn(tr("Error"), lambda row: quantity(_error(row), unit), is_figure=True),
        )

    def _make_result(self, theme: Theme) -> None:
        self._doubtful = QAction(tr("Least &certain first"), self)
        self._doubtful.setStatusTip(tr("Sort by the model's confidence, lowest first"))
        self._doubtful.setCheckable(True)
        self._doubtful.toggled.connect(self._look)
        self._all = QAction(tr("Show a&ll"), self)
        self._all.setStatusTip(tr("Show the rows of all cells"))
        self._all.triggered.connect(self._matrix.clear_choice)
        self.addActions([self._doubtful, self._all])
        self._shown = Text(size="strong")
        self._calibration = Calibration(theme)
        self._errors = ErrorFigures(theme)
        self._hint = Text(size="small", tone="muted")
        self._effect = Text(tone="warning")
        figures = column(row(*self._cards.values(), spacing=MEDIUM), self._effect, spacing=SMALL)
        table = PlainTable(self._classes, tr("Figures for each class"), stretched=0)
        self._matrix_area = MatrixArea(self._matrix)
        self._matrix_card = Card(
            column(
                Text(tr("Confusion matrix"), size="strong"),
                self._hint,
                self._matrix_area,
                None,
                spacing=SMALL,
            ),
            margin=LARGE,
        )
        classes_card = Card(
            column(
                Text(tr("Classes"), size="strong"),
                table,
                SMALL,
                Text(self._what_figures_mean(), size="small", tone="muted"),
                None,
                spacing=SMALL,
            ),
            margin=LARGE,
        )
        self._classes_card = QWidget()
        self._beside = beside = row(self._matrix_card, classes_card, spacing=MEDIUM)
        self._classes_card.setLayout(beside)
        beside.setStretch(0, 2)
        beside.setStretch(1, 3)
        for card in (self._matrix_card, classes_card):
            policy = card.sizePolicy()
            policy.setVerticalPolicy(policy.Policy.Preferred)
            card.setSizePolicy(policy)
        head = row(
            self._shown,
            ActionButton(self._all, "quiet"),
            ActionButton(self._doubtful),
            ActionButton(self._export),
        )
        head.setStretch(0, 1)
        self._view = SamplesView(
            theme, self._rows, tr("Rows with true and predicted values"),
            tile_of=self._tiles.tested, details=self._tiles.details,
            read_large=self._test.read_picture, errands=self._errands,
        )  # fmt: skip
        self._rows_card = Card(column(head, self._view, spacing=MEDIUM), margin=LARGE)
        self._result.setLayout(
            column(
                figures, self._errors, self._classes_card, self._calibration, self._rows_card, None,
                spacing=MEDIUM,
            )
        )  # fmt: skip

    def _block_words(self) -> str:
        """Say how long a text's samples are; nothing of other data."""
        if not isinstance(self._data, TextData):
            return ""
        return tr("of {tokens} tokens").format(tokens=count(self._data.context))

    def _right_words(self, answer: ModelTested) -> str:
        """Say how many are right; of a text's tokens the share alone is known."""
        if isinstance(self._data, TextData):
            return tr("of next tokens")
        right = sum(answer.confusion[place][place] for place in range(len(answer.confusion)))
        return tr("{right} correct").format(right=count(right))

    def _show_kind(self, data: Data) -> None:
        """A text has no classes: its tokens are far too many."""
        self._hint.setText(
            tr("Select a cell to see its pictures.") if isinstance(data, ImageData)
            else tr("Select a cell to see its rows.")
        )  # fmt: skip
        is_text = isinstance(data, TextData)
        self._rows_card.setVisible(not is_text)
        self._cards["perplexity"].setVisible(is_text)
        self._cards["accuracy"].rename(tr("Token accuracy") if is_text else tr("Accuracy"))
        self._cards["samples"].rename(tr("Blocks") if is_text else tr("Samples"))

    # --- words

    def _titles(self, model: str) -> tuple[str, str]:
        return (
            tr("Test “{model}”").format(model=model),
            tr(
                "See how well the model does on data with known outcomes. Nothing leaves "
                "this computer."
            ),
        )

    def _plain_title(self) -> str:
        return tr("Test a model")

    def _start_text(self) -> str:
        return tr("&Test")

    def _export_name(self, model: str) -> str:
        return tr("{model} tested").format(model=model)

    def _what_figures_mean(self) -> str:
        return "\n".join(
            (
                tr(
                    "Precision: of the samples predicted as this class, the share that "
                    "belong to it."
                ),
                tr("Recall: of the samples of this class, the share that were found."),
                tr("F1: the harmonic mean of precision and recall."),
                tr("AUC: how well the model separates this class from the rest; 0.5 is chance."),
            )
        )

    # --- what is shown

    def _request(self, model_id: str, path: Path) -> TestModel:
        return TestModel(memory=str(self._memory.root), model=model_id, data=str(path))

    def _show_answer(self, answer: ModelTested) -> None:
        self._tiles.labels = labels = [inert(label) for label in answer.labels]
        metrics = answer.metrics
        self._cards["accuracy"].show_value(share(metrics.accuracy), self._right_words(answer))
        self._cards["loss"].show_value(figure(metrics.loss))
        self._cards["perplexity"].show_value(
            figure(perplexity(metrics.loss)), tr("lower is better")
        )
        self._cards["samples"].show_value(count(metrics.samples), self._block_words())
        self._cards["left_out"].show_value(
            count(answer.left_out.count), tr("unusable") if answer.left_out.count else ""
        )
        self._effect.setText(left_out_sentence(answer.left_out, self._data))
        self._effect.setVisible(bool(self._effect.text()))
        self._cell = None
        is_wide = len(labels) > _MOST_BESIDE
        direction = QBoxLayout.Direction
        self._beside.setDirection(direction.TopToBottom if is_wide else direction.LeftToRight)
        self._matrix_card.setVisible(len(labels) <= _MOST_IN_MATRIX)
        self._matrix.show_counts(labels, answer.confusion)
        self._classes.show_confusion(labels, answer.confusion, _areas(answer.figures))
        self._show_figures(answer)
        self._look()

    def _show_figures(self, answer: ModelTested) -> None:
        """Show what else a test tells: of classes something else than of numbers."""
        figures = answer.figures
        is_number = isinstance(figures, NumberFigures)
        self._cards["accuracy"].setVisible(not is_number)
        self._errors.setVisible(is_number)
        self._classes_card.setVisible(isinstance(figures, ClassifierFigures))
        self._calibration.setVisible(isinstance(figures, ClassifierFigures))
        self._doubtful.setText(
            tr("&Largest error first") if is_number else tr("Least &certain first")
        )
        self._rows.lead_with(
            self._number_columns(figures.unit)
            if isinstance(figures, NumberFigures)
            else self._class_columns()
        )
        match figures:
            case NumberFigures():
                self._errors.show_figures(figures, answer.points)
            case ClassifierFigures():
                self._calibration.show_figures(figures)

    def _show_rows(self) -> None:
        if self._view.rows is not self._test.rows:
            self._view.show_rows(self._test.rows)

    def _choose_cell(self, truth: int, prediction: int) -> None:
        self._cell = None if truth < 0 else (truth, prediction)
        self._look()

    def _look(self) -> None:
        """Look at the rows of the chosen cell, in the chosen order."""
        answer, rows = self._test.answer, self._test.rows
        self._all.setVisible(self._cell is not None)
        if answer is None or rows is None or isinstance(self._data, TextData):
            return
        order = "doubt" if self._doubtful.isChecked() else "row"
        number = answer.metrics.samples
        said = counted_samples(self._data, number)
        view = View(order=order)  # type: ignore[arg-type]
        if self._cell is not None:
            truth, prediction = self._cell
            number = answer.confusion[truth][prediction]
            said = tr("{rows}: {truth}, predicted as {prediction}").format(
                rows=counted_samples(self._data, number),
                truth=self._tiles.label(truth),
                prediction=self._tiles.label(prediction),
            )
            view = View(truth=truth, prediction=prediction, order=order)  # type: ignore[arg-type]
        self._shown.setText(said)
        if view != rows.view or number != rows.count:
            rows.look_at(view, number)
            self._view.show_rows(rows)


def _areas(figures: Figures | None) -> list[float | None]:
    return figures.auc if isinstance(figures, ClassifierFigures) else []


def _error(row: Row) -> float | None:
    if row.value is None or row.true_value is None:
        return None
    return row.value - row.true_value


def _rightness(row: Row) -> CellTone:
    return "success" if row.truth == row.prediction else "danger"
