"""A person's data for a task: chosen, checked, and looked at before anything is trained on them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QWidget

from disco_desktop.app.library.data import find_sample
from disco_desktop.app.library.profile import home_folder
from disco_desktop.app.processes.assistant_messages import CheckData
from disco_desktop.app.training.selection import CheckedData
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import BALANCE_CHANGED, NOTABLE_SHIFT, sentence
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.data_words import (
    OutcomeTiles,
    checked_tile,
    counted_samples,
    samples_title,
    spread_words,
)
from disco_desktop.gui.item_models.data import HARMLESS, ExpectedColumnsModel, ProblemsModel
from disco_desktop.gui.item_models.rows import RowsModel
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, WIDE_CONTENT
from disco_desktop.gui.widgets.balance import BalanceBars, Legend
from disco_desktop.gui.widgets.card import Card, StatCard, column, row
from disco_desktop.gui.widgets.data_choice import DataChoice
from disco_desktop.gui.widgets.expected_data import ExpectedData
from disco_desktop.gui.widgets.gallery import LabelFilter, SamplesView
from disco_desktop.gui.widgets.labelling import Labelling
from disco_desktop.gui.widgets.notice import JobProgress, Notice, Verdict
from disco_desktop.gui.widgets.problem_list import ProblemList
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import count, counted, share
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.app.library.data import LastData
    from disco_desktop.app.processes.assistant_job import DataCheck
    from disco_desktop.app.processes.assistant_messages import Checked, View
    from disco_desktop.engine.dataset.report import Problem, Report
    from disco_desktop.engine.task.task import Task
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.theme.theme import Theme


class DataPage(Page):
    """Choose data, see what is in them, and go on with those rows that can be used.

    Attributes:
        chosen: emitted with CheckedData when data were checked, usable or not.
        go_on: emitted with the task's id when somebody goes on to training.
    """

    name = "data"
    belongs_to = "tasks"
    widest = WIDE_CONTENT
    chosen = Signal(object)
    go_on = Signal(str)

    def __init__(self, theme: Theme, check: DataCheck, last: LastData, errands: Errands) -> None:
        super().__init__(
            tr("Data"),
            tr("Your files are read on this computer and never leave it."),
        )
        self._check = check
        self._last = last
        self._errands = errands
        self._task: Task | None = None
        self._told: Checked | None = None
        self._is_remembered = False
        self._choice = DataChoice(theme, tr("Drop a file or folder here"))
        self._choice.chosen.connect(self.choose)
        self._labelling = Labelling(theme, home_folder() / "labelled", errands)
        self._labelling.listed.connect(self.choose)
        self._again = QAction(tr("Try &again"), self)
        self._again.setStatusTip(tr("Read the same data again"))
        self._again.triggered.connect(self._repeat)
        self._notice = Notice(theme, self._again)
        self._stop = QAction(tr("&Cancel"), self)
        self._stop.setStatusTip(tr("Stop reading and choose other data"))
        self._stop.setShortcut("Esc")
        self._stop.triggered.connect(self._cancel)
        self._progress = JobProgress(self._stop)
        self._next = QAction(tr("&Continue to training"), self)
        self._next.setShortcut("Ctrl+Return")
        self._next.triggered.connect(self._go_on)
        self.addActions([self._stop, self._next])
        self._verdict = Verdict(theme, self._next)
        self._make_result(theme)
        self._expected = ExpectedColumnsModel()
        self._expected_card = ExpectedData(self._expected, "training")
        self.add(
            self._choice, self._notice, self._progress, self._verdict, self._figures,
            self._findings, self._preview_card, self._expected_card, self._labelling, None,
        )  # fmt: skip
        self.content.setSpacing(MEDIUM)
        check.observe(self._draw)
        self._draw()

    def _make_result(self, theme: Theme) -> None:
        self._cards = {
            "rows": StatCard(tr("Rows")),
            "usable": StatCard(tr("Usable")),
            "training": StatCard(tr("Training")),
            "validation": StatCard(tr("Validation")),
        }
        self._figures = QWidget()
        self._figures.setLayout(row(*self._cards.values(), spacing=MEDIUM))
        self._balance = BalanceBars(theme, tr("Distribution of outcomes"))
        self._balance_of = Text(size="strong")
        self._balance_card = Card(
            column(self._balance_of, self._balance, None, spacing=MEDIUM), margin=LARGE
        )
        self._problems = ProblemsModel()
        self._problem_list = ProblemList(theme, self._problems)
        self._problem_list.row_asked.connect(self._show_problem)
        self._problems_title = Text(size="strong")
        self._problems_card = Card(
            column(self._problems_title, self._problem_list, spacing=SMALL), margin=LARGE
        )
        self._findings = QWidget()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(MEDIUM)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self._problems_card, 0, 0, top)
        grid.addWidget(self._balance_card, 0, 1, top)
        self._findings_grid = grid
        self._findings.setLayout(grid)
        self._rows = RowsModel()
        self._preview = SamplesView(
            theme, self._rows, tr("Rows of the data"),
            tile_of=checked_tile, details=OutcomeTiles().details,
            read_large=self._check.read_picture, errands=self._errands,
        )  # fmt: skip
        self._filter = LabelFilter()
        self._filter.chosen.connect(self._look)
        self._preview_title = Text(tr("Rows"), size="strong")
        legend = Legend(
            theme,
            ("danger_soft", tr("left out")),
            ("warning_soft", tr("unusual")),
            ("sunken", tr("empty, filled in")),
        )
        head = row(self._preview_title, self._filter, legend)
        self._legend = legend
        head.setStretch(0, 1)
        self._preview_card = Card(column(head, self._preview, spacing=MEDIUM), margin=LARGE)

    # --- what is shown

    def show_task(self, task: Task) -> None:
        """Show a task's data: those under way, else those that were used last."""
        is_same = self._task is not None and self._task.digest == task.digest
        self._task = task
        request = self._check.request
        if is_same and request is not None:
            if self._check.state == "done" and self._check.rows is None:
                self._begin(Path(request.data))  # its process was ended; the file may differ now
            return
        self._told = None
        self._notice.hide()
        self._expected_card.show_data(task.data, {})
        self._choice.expect(task.data)
        self._labelling.show_labels(task.id, task.data)
        self._progress.count_in(task.data)
        self._cards["rows"].rename(samples_title(task.data))
        self._choice.offer_sample(None)
        self._check.cancel()
        self._errands.run(self._find_sample(task))
        last = self._last.path("training", task.id)
        if last is not None:
            self._begin(last, is_remembered=True)

    async def _find_sample(self, task: Task) -> None:
        sample = await asyncio.to_thread(find_sample, task)
        if self._task is task and sample is not None:
            self._expected_card.show_data(task.data, sample.example)
            self._choice.offer_sample(sample.folder)

    def choose(self, path: Path) -> None:
        """Check a file or folder, as if it had been chosen here."""
        self._begin(path)

    def _begin(self, path: Path, *, is_remembered: bool = False) -> None:
        if self._task is not None:
            self._is_remembered = is_remembered
            self._notice.hide()
            self._told = None
            self._check.begin(CheckData(task=self._task, data=str(path)))

    def _cancel(self) -> None:
        if self._check.state == "working":
            self._check.cancel()

    def _repeat(self) -> None:
        if self._check.request is not None:
            self._begin(Path(self._check.request.data))

    def _go_on(self) -> None:
        if self._task is not None:
            self._check.let_go()
            self.go_on.emit(self._task.id)

    def _draw(self) -> None:
        check = self._check
        self._choice.show_choice(Path(check.request.data) if check.request else None)
        is_done = check.state == "done"
        report = check.answer.report if check.answer is not None else None
        has_rows = report is not None and report.rows > 0
        has_outcomes = has_rows and not isinstance(self._task and self._task.data, TextData)
        self._progress.setVisible(check.state == "working")
        self._stop.setEnabled(check.state == "working")
        self._again.setVisible(check.state == "failed")
        self._progress.show_reading(check.reading, len(check.problems))
        self._verdict.setVisible(is_done)
        self._figures.setVisible(is_done and has_rows)
        self._balance_card.setVisible(is_done and has_outcomes)
        self._problems_card.setVisible(bool(check.problems))
        self._findings_grid.setColumnStretch(0, 3 if check.problems else 0)
        self._findings_grid.setColumnStretch(1, 2 if is_done and has_outcomes else 0)
        self._findings.setVisible((is_done and has_outcomes) or bool(check.problems))
        self._preview_card.setVisible(is_done and has_rows and check.rows is not None)
        self._expected_card.setVisible(report is None or not report.is_usable)
        self._labelling.setVisible(self._labelling.has_labels and check.request is None)
        self._next.setEnabled(report is not None and report.is_usable)
        if check.state == "failed" and check.error is not None:
            self._notice.say(sentence(check.error), "danger", details=str(check.error))
        problems = report.problems if report is not None else check.problems
        self._problems.show_problems(problems)
        self._problems_title.setText(self._problems_words(problems))
        if self._preview.rows is not check.rows:
            self._preview.show_rows(check.rows)
        if check.answer is not None and check.answer is not self._told:
            self._told = check.answer
            self._take(check.answer)

    def _problems_words(self, problems: Sequence[Problem]) -> str:
        answer = self._check.answer
        more = answer.more_problems if answer is not None else 0
        number = len(problems) + more
        if all(problem.code in HARMLESS for problem in problems):
            said = counted(number, "{count} note", "{count} notes")
        else:
            said = counted(number, "{count} problem found", "{count} problems found")
        return tr("{problems} (the first ones are shown)").format(problems=said) if more else said

    def _take(self, answer: Checked) -> None:
        """Show what came of the check, and tell of it."""
        report = answer.report
        task, request = self._task, self._check.request
        if task is None or request is None:
            return
        if self._is_remembered and [p.code for p in report.problems] == ["data_missing"]:
            self._forget_missing(Path(request.data))
            return
        self._judge(report)
        self._cards["rows"].show_value(count(report.rows), self._files(report))
        left_out = report.rows - report.usable_rows
        self._cards["usable"].show_value(
            count(report.usable_rows),
            tr("{rows} left out").format(rows=count(left_out)) if left_out else "",
        )
        divided = max(report.training + report.validation, 1)
        is_text = isinstance(task.data, TextData)  # which is divided block by block
        for name, rows in (("training", report.training), ("validation", report.validation)):
            part = share(rows / divided)
            said = tr("{share} of the blocks").format(share=part) if is_text else part
            self._cards[name].show_value(count(rows), said)
        self._balance_of.setText(inert(task.data.predicts))
        self._balance.show_counts([(inert(name), n) for name, n in report.balance.items()])
        self._balance.setVisible(report.spread is None)
        if report.spread is not None:
            words = f"{inert(task.data.predicts)}: {spread_words(report.spread)}"
            self._balance_of.setText(words)
        self._preview_title.setText(self._preview_words(answer))
        self._filter.setVisible(answer.shape.has_pictures)
        self._filter.show_report(report)
        self._legend.setVisible(isinstance(task.data, TabularData))
        path = Path(request.data)
        self._errands.run(self._last.remember("training", task.id, path))
        self.chosen.emit(CheckedData(task.id, path, report))

    def _preview_words(self, answer: Checked) -> str:
        shape = answer.shape
        if self._task is not None and not isinstance(self._task.data, TabularData):
            return samples_title(self._task.data)
        if not shape.hidden_columns:
            return tr("Rows, columns in use only")
        return tr("Rows, first {columns} columns in use only").format(
            columns=count(len(shape.columns))
        )

    def _look(self, view: View, number: int) -> None:
        """Look at some of the pictures only."""
        rows = self._check.rows
        if rows is not None:
            rows.look_at(view, number)
            self._preview.show_rows(rows)

    def _files(self, report: Report) -> str:
        if self._task is not None and isinstance(self._task.data, ImageData):
            return tr("in {name}").format(name=inert(", ".join(report.files), longest=40))
        return counted(len(report.files), "{count} file", "{count} files")

    def _forget_missing(self, path: Path) -> None:
        self._check.cancel()
        said = tr("The data used last time, {name}, no longer exist.")
        self._notice.say(said.format(name=inert(path.name)), "info")

    def _judge(self, report: Report) -> None:
        """Say in one sentence whether one can train on these data."""
        left_out = report.rows - report.usable_rows
        data = self._task.data if self._task is not None else None
        if not report.is_usable:
            obstacle = tr("These data cannot be used for training.")
            self._verdict.say(
                obstacle, tr("Correct the problems below, or choose other data."), "danger"
            )
            self._next.setText(tr("&Continue to training"))
            self._next.setStatusTip(obstacle)
        elif left_out:
            self._verdict.say(
                tr("{rows} of {all} cannot be used.").format(
                    rows=count(left_out),
                    all=counted_samples(data, report.rows),
                ),
                self._without_words(report),
                "warning",
            )
            self._next.setText(tr("&Leave these out and continue"))
            self._next.setStatusTip(tr("Train on the usable data"))
        else:
            self._verdict.say(
                tr("All {rows} can be used.").format(rows=counted_samples(data, report.rows)),
                tr("Part of the text is held out for validation.")
                if isinstance(data, TextData)
                else tr("Some of them are held out for validation."),
                "success",
            )
            self._next.setText(tr("&Continue to training"))
            self._next.setStatusTip(tr("Train on these data"))

    def _without_words(self, report: Report) -> str:
        """Say what training without the rest means."""
        said = tr("Training continues without them. Your files are not changed.")
        has_shifted = report.left_out is not None and report.left_out.shift >= NOTABLE_SHIFT
        return f"{said} {tr(BALANCE_CHANGED)}" if has_shifted else said

    def _show_problem(self, problem: Problem, place: int) -> None:
        """Show one of the rows that a problem mentions."""
        answer = self._check.answer
        if answer is None:
            return
        if answer.shape.has_pictures:
            if not problem.file:  # else it is about rows of a list, and not about pictures
                self._filter.choose_all()
                self._preview.show_row(problem.rows[place] - 1)
                self.ensureWidgetVisible(self._preview_card)
            return
        before = 0
        for file, rows in answer.shape.files:
            if file == problem.file:
                self._preview.show_row(before + problem.rows[place] - 1)
                self.ensureWidgetVisible(self._preview_card)
                return
            before += rows
