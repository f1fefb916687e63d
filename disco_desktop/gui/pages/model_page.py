"""What testing and using a model have in common: a model, data for it, rows with predictions."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from disco_desktop.app.library.data import find_sample
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.errors import DiscoError
from disco_desktop.gui.data_words import counted_samples
from disco_desktop.gui.item_models.data import ExpectedColumnsModel, ProblemsModel
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, WIDE_CONTENT
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, column, row
from disco_desktop.gui.widgets.data_choice import DataChoice
from disco_desktop.gui.widgets.expected_data import ExpectedData
from disco_desktop.gui.widgets.notice import JobProgress, Notice, Placeholder
from disco_desktop.gui.widgets.problem_list import ProblemList
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import counted
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from disco_desktop.app.library.data import LastData, Purpose
    from disco_desktop.app.processes.assistant_job import ModelTest, Prediction
    from disco_desktop.app.processes.assistant_messages import Predict, TestModel
    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.memory.model_description import ModelDescription
    from disco_desktop.engine.task.data import Data
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.theme.theme import Theme


class ModelPage(Page):
    """One model of the memory: choose data, run it on them, look at what it says of each row.

    Attributes:
        show_models: emitted when there is no model and somebody wants to choose another.
    """

    belongs_to = "library"
    widest = WIDE_CONTENT
    show_models = Signal()
    purpose: Purpose

    def __init__(
        self,
        theme: Theme,
        job: ModelTest | Prediction,
        memory: DiskMemory,
        last: LastData,
        errands: Errands,
    ) -> None:
        super().__init__(" ", " ")
        self._theme = theme
        self._job = job
        self._memory = memory
        self._last = last
        self._errands = errands
        self._model: ModelDescription | None = None
        self._model_id = ""
        self._told: object = None
        self._trouble: DiscoError | None = None
        self._remembered: Path | None = None
        self._make_actions()
        self._choice = DataChoice(theme, tr("Drop a file or folder here"))
        self._choice.chosen.connect(self._begin)
        self._notice = Notice(theme, self._again)
        self._progress = JobProgress(self._cancel)
        self._start_card = self._make_start()
        self._expected = ExpectedColumnsModel()
        self._expected_card = ExpectedData(self._expected, self.purpose)
        self._problems = ProblemsModel()
        self._problems_title = Text(size="strong")
        self._problems_card = Card(
            column(
                self._problems_title,
                ProblemList(theme, self._problems, has_rows=False),
                spacing=SMALL,
            ),
            margin=LARGE,
        )
        self._result = QWidget()
        self._none = Placeholder(theme, "library", "", "", self._to_models)

    def _make_actions(self) -> None:
        def action(text: str, tip: str, slot: object, shortcut: str = "") -> QAction:
            made = QAction(text, self)
            made.setStatusTip(tip)
            made.triggered.connect(slot)
            if shortcut:
                made.setShortcut(shortcut)
            self.addAction(made)
            return made

        self._cancel = action(
            tr("&Cancel"), tr("Stop, and choose other data"), self._give_up, "Esc"
        )
        self._start = action(
            self._start_text(), tr("Use the same data as last time"),
            self._begin_remembered, "Ctrl+Return",
        )  # fmt: skip
        self._export = action(
            tr("&Export as CSV…"), tr("Save all rows with their predictions"),
            self._pick_export, "Ctrl+E",
        )  # fmt: skip
        self._again = action(tr("Try &again"), tr("Do it again with the same data"), self._repeat)
        self._to_models = action(tr("Show &models"), tr("Choose another model"), self.show_models)

    def _make_start(self) -> Card:
        self._start_words = Text(tone="muted")
        line = row(self._start_words, ActionButton(self._start, "primary"), spacing=MEDIUM)
        line.setStretch(0, 1)
        return Card(line)

    def _compose(self) -> None:
        """Put everything on the page; called by a subclass when its result is made."""
        self.add(
            self._none, self._choice, self._notice, self._progress, self._start_card,
            self._result, self._problems_card, self._expected_card, None,
        )  # fmt: skip
        self.content.setSpacing(MEDIUM)
        self._job.observe(self._draw)
        self._draw()

    # --- what a subclass says

    @abstractmethod
    def _titles(self, model: str) -> tuple[str, str]:
        """Return title and subtitle."""

    @abstractmethod
    def _plain_title(self) -> str:
        """Return a title without a model's name."""

    @abstractmethod
    def _start_text(self) -> str:
        """Return the words of the button that begins."""

    @abstractmethod
    def _request(self, model_id: str, path: Path) -> TestModel | Predict:
        """Return what to ask of the assistant."""

    @abstractmethod
    def _show_answer(self, answer: Any) -> None:
        """Show what came of it, once."""

    @abstractmethod
    def _export_name(self, model: str) -> str:
        """Return a name for the file to write."""

    @abstractmethod
    def _show_rows(self) -> None:
        """Show the job's rows, or that there are none."""

    def _show_kind(self, data: Data) -> None:
        """Choose words and parts that suit the model's kind of data."""

    @property
    def _data(self) -> Data | None:
        """What the model is about, once that is known."""
        return self._model.task.data if self._model is not None else None

    @property
    def _takes_files(self) -> bool:
        """Whether there is a model that is run on files."""
        return self._model is not None

    # --- model and data

    def entered(self, subject: str) -> None:
        """Show a model; what was done with it before is still there."""
        if subject != self._model_id:
            self._model_id = subject
            self._model = None
            self._remembered = None
            self._trouble = None
            self._notice.hide()
            self._job.cancel()
        self._errands.run(self._describe(subject))

    async def _describe(self, model_id: str) -> None:
        """Read what the model's file tells of it: it may have been renamed or deleted."""
        try:
            model = await asyncio.to_thread(self._memory.describe, model_id)
        except DiscoError as error:
            if model_id == self._model_id:
                self._job.cancel()
                self._show_missing(error)
            return
        if model_id != self._model_id:
            return
        is_new = self._model is None
        self._model, self._trouble = model, None
        title, subtitle = self._titles(inert(model.record.name))
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.subtitle.show()
        self._draw()
        if is_new:
            task = model.task
            self._remembered = self._last.path(self.purpose, task.id)
            self._expected_card.show_data(task.data, {})
            self._choice.expect(task.data)
            self._progress.count_in(task.data)
            self._show_kind(task.data)
            self._choice.offer_sample(None)
            sample = await asyncio.to_thread(find_sample, task)
            if sample is not None and self._model is not None and model_id == self._model_id:
                self._expected_card.show_data(task.data, sample.example)
                self._choice.offer_sample(sample.folder)
        self._draw()

    def _show_missing(self, error: DiscoError) -> None:
        self._model, self._trouble = None, error
        self._notice.hide()
        self.title.setText(self._plain_title())
        self.subtitle.hide()
        if error.code == "model_unknown":
            said = tr("It is no longer on this computer. Choose another one.")
            self._none.say(tr("This model no longer exists"), said)
        else:
            self._none.say(tr("This model cannot be used"), sentence(error))
        self._draw()

    def _begin(self, path: Path) -> None:
        if self._model is not None:
            self._notice.hide()
            self._told = None
            self._remembered = path
            self._job.begin(self._request(self._model_id, path))  # type: ignore[arg-type]

    def _begin_remembered(self) -> None:
        if self._remembered is not None:
            self._begin(self._remembered)

    def _repeat(self) -> None:
        if self._job.request is not None:
            self._begin(Path(self._job.request.data))

    def _give_up(self) -> None:
        if self._job.state == "working":
            self._job.cancel()

    # --- what is shown

    def _draw(self) -> None:
        job = self._job
        self._none.setVisible(self._trouble is not None)
        chosen = Path(job.request.data) if job.request is not None else self._remembered
        self._choice.setVisible(self._takes_files)
        self._choice.show_choice(chosen)
        is_waiting = job.state == "idle" and chosen is not None
        self._start.setEnabled(is_waiting and self._takes_files)
        self._start_card.setVisible(self._start.isEnabled())
        self._start_words.setText(tr("These are the data you used last time."))
        self._progress.setVisible(job.state == "working")
        self._cancel.setEnabled(job.state == "working")
        if job.is_loading:
            self._progress.show_loading()
        else:
            self._progress.show_reading(job.reading, len(job.problems))
        self._result.setVisible(job.state == "done")
        self._expected_card.setVisible(self._takes_files and job.state in ("idle", "failed"))
        self._export.setEnabled(job.rows is not None)
        self._again.setVisible(job.state == "failed")
        if job.state == "failed" and job.error is not None:
            self._notice.say(sentence(job.error), "danger", details=str(job.error))
        self._show_problems()
        self._show_rows()
        if job.answer is not None and job.answer is not self._told:
            self._told = job.answer
            self._show_answer(job.answer)
            if self._model is not None and chosen is not None:
                self._errands.run(self._last.remember(self.purpose, self._model.task.id, chosen))

    def _show_problems(self) -> None:
        job = self._job
        problems = job.answer.problems if job.answer is not None else job.problems
        if job.error is not None:  # it stands in the notice already
            problems = [problem for problem in problems if problem.code != job.error.code]
        self._problems.show_problems(problems)
        self._problems_title.setText(
            counted(
                len(problems),
                "{count} note about the data",
                "{count} notes about the data",
            )
        )
        self._problems_card.setVisible(bool(problems))

    # --- export

    def _pick_export(self) -> None:
        if self._model is None:
            return
        dialog = QFileDialog(self, tr("Save as CSV"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(tr("CSV files (*.csv)"))
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(_file_name(self._export_name(self._model.record.name)))
        dialog.fileSelected.connect(lambda name: self._errands.run(self.export(Path(name))))
        dialog.open()

    async def export(self, path: Path) -> None:
        """Write all rows, with what the model says of them."""
        self._export.setEnabled(False)
        try:
            rows = await self._job.write_csv(path)
        except DiscoError as error:
            self._notice.say(sentence(error), "danger", details=str(error))
            return
        finally:
            self._export.setEnabled(self._job.rows is not None)
        said = tr("Saved {rows} to {file}.").format(
            rows=counted_samples(self._data, rows),
            file=inert(str(path), longest=4096),
        )
        self._notice.say(said, "success")


def _file_name(name: str) -> str:
    """Return a name that any system takes for a file."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else "_" for letter in name)
    return f"{kept.strip()[:100]}.csv"
