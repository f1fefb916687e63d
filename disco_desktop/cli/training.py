"""Carrying out a plan and showing it: bars on a terminal, a line at a time elsewhere."""

from __future__ import annotations

import contextlib
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from disco_desktop.app.processes.worker_messages import Finished, Happened, Started
from disco_desktop.app.training.joint_training import JointTraining
from disco_desktop.app.training.log import TrainingLog
from disco_desktop.app.words.sentences import event_sentence, learnt_word, status_sentence
from disco_desktop.cli.output import percent, seconds
from disco_desktop.engine.events import EpochTrained, ProblemArose, ProblemOver, StatusChanged
from disco_desktop.translation import mark, tr, trn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from rich.progress import TaskID

    from disco_desktop.app.processes.worker_messages import WorkerMessage
    from disco_desktop.app.training.folder import TrainingFolder
    from disco_desktop.app.training.log import ParticipantLog, RoundSummary
    from disco_desktop.app.training.plan import TrainingPlan
    from disco_desktop.cli.output import Output
    from disco_desktop.engine.events import Metrics

MOST_BARS = 16  # more participants than that share one


class TrainDisplay(ABC):
    """Shows what is reported. Use it with `with`."""

    def __init__(self, output: Output, plan: TrainingPlan, log: TrainingLog) -> None:
        self._output = output
        self._plan = plan
        self._log = log

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    @abstractmethod
    def show(self, participant: int, message: WorkerMessage) -> None:
        """Show a message that the log holds already."""


def train_display(
    output: Output, plan: TrainingPlan, log: TrainingLog, *, are_epochs_told: bool
) -> TrainDisplay:
    """Return the display that suits where the output goes.

    Args:
        output: where it goes.
        plan: what is trained.
        log: what has been reported.
        are_epochs_told: whether plain lines tell of epochs too, and not of rounds alone.
    """
    if output.is_terminal:
        return Bars(output, plan, log)
    return Lines(output, plan, log) if are_epochs_told else RoundLines(output, plan, log)


def figures(metrics: Metrics) -> str:
    """Write the loss, and the accuracy where there is one."""
    loss = f"loss {metrics.loss:.4f}"
    return (
        loss
        if metrics.accuracy is None
        else tr("{loss}, accuracy {accuracy}").format(loss=loss, accuracy=percent(metrics.accuracy))
    )


class Lines(TrainDisplay):
    """A line for each epoch and participant, and one for each round."""

    def __init__(self, output: Output, plan: TrainingPlan, log: TrainingLog) -> None:
        super().__init__(output, plan, log)
        self._rounds_shown = 0

    def show(self, participant: int, message: WorkerMessage) -> None:
        """Print what is worth a line."""
        who = tr("participant {number}").format(number=participant)
        match message:
            case Started():
                learnt = learnt_word(self._plan.task.data)
                counts = tr("training on {training} {samples}, validation on {validation}").format(
                    training=message.training, samples=learnt, validation=message.validation
                )
                self._output.say(f"{who}: {counts}")
            case Happened(event=EpochTrained() as event):
                self._output.say(
                    tr(
                        "{who}: epoch {epoch} of {epochs}: training {training}; "
                        "validation {validation}"
                    ).format(
                        who=who,
                        epoch=event.epoch,
                        epochs=event.epochs,
                        training=figures(event.training),
                        validation=figures(event.validation),
                    )
                )
            case Happened(event=(ProblemArose() | ProblemOver()) as event):
                self._output.say(f"{who}: {event_sentence(event)}")
            case Happened(event=StatusChanged(status="not enough participants" | "reconnecting")):
                self._output.say(f"{who}: {_status(self._log.participants[participant - 1])}")
        self._show_rounds()

    def _show_rounds(self) -> None:
        for summary in self._log.rounds()[self._rounds_shown :]:
            self._rounds_shown += 1
            self._output.say(
                tr("round {round}: {participants}, {seconds}; validation {validation}").format(
                    round=summary.round,
                    participants=_contributors(summary.participants),
                    seconds=seconds(summary.seconds),
                    validation=figures(summary.validation),
                )
            )


class RoundLines(TrainDisplay):
    """A table of the rounds, a line as each one ends."""

    def __init__(self, output: Output, plan: TrainingPlan, log: TrainingLog) -> None:
        super().__init__(output, plan, log)
        self._rounds_shown = 0

    def show(self, participant: int, message: WorkerMessage) -> None:
        """Print the rounds that have ended."""
        widths = [len(tr(header)) for header in ROUND_HEADERS]
        for summary in self._log.rounds()[self._rounds_shown :]:
            if not self._rounds_shown:
                self._output.say("  ".join(map(tr, ROUND_HEADERS)))
            self._rounds_shown += 1
            cells = zip(round_cells(summary), widths, strict=True)
            self._output.say("  ".join(cell.rjust(width) for cell, width in cells))


def _contributors(count: int) -> str:
    return trn("{count} participant", "{count} participants", count).format(count=count)


def _status(log: ParticipantLog) -> str:
    if log.status is None:
        return ""
    return status_sentence(log.status, participants=log.present, minimum=log.minimum)


class Bars(TrainDisplay):
    """The rounds as a growing table, and below it a bar for each participant."""

    def __init__(self, output: Output, plan: TrainingPlan, log: TrainingLog) -> None:
        super().__init__(output, plan, log)
        self._progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn(
                tr("epoch {epoch} of {epochs}").format(
                    epoch="{task.fields[epoch]}", epochs="{task.fields[epochs]}"
                )
            ),
            TextColumn("{task.fields[status]}", style="dim"),
            TimeElapsedColumn(),
            console=output.console,
        )
        self._bars = [self._bar(number + 1) for number in range(min(plan.users, MOST_BARS))]
        self._live = Live(
            console=output.console, get_renderable=self._picture, refresh_per_second=12
        )

    def _bar(self, participant: int) -> TaskID:
        return self._progress.add_task(
            tr("participant {number}").format(number=participant),
            total=float(self._plan.epochs),
            epoch=0,
            epochs=self._plan.epochs,
            status=tr("starting"),
        )

    def _picture(self) -> Group:
        rounds = self._log.rounds()
        return (
            Group(rounds_table(rounds), Text(), self._progress) if rounds else Group(self._progress)
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def show(self, participant: int, message: WorkerMessage) -> None:
        """Move a participant's bar."""
        if isinstance(message, Happened) and isinstance(message.event, ProblemArose | ProblemOver):
            words = event_sentence(message.event)
            self._output.say(
                tr("participant {participant}: {words}").format(
                    participant=participant, words=words
                ),
                style="yellow",
            )
        if participant > len(self._bars):
            return
        log = self._log.participants[participant - 1]
        done = float(len(log.epochs))
        epoch = len(log.epochs)
        if log.batch is not None and log.batch.epoch > epoch:
            done += log.batch.batch / log.batch.batches
            epoch = log.batch.epoch
        status = tr("finished") if isinstance(message, Finished) else _status(log)
        self._progress.update(
            self._bars[participant - 1], completed=done, epoch=epoch, status=status
        )


def rounds_table(rounds: list[RoundSummary]) -> Table:
    """Draw the rounds so far, the last ones where they are many."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for header in ROUND_HEADERS:
        table.add_column(tr(header), justify="right")
    for summary in rounds[-20:]:
        table.add_row(*round_cells(summary))
    return table


ROUND_HEADERS = (
    mark("Round"), mark("Time"), mark("Participants"), mark("Validation loss"),
    mark("Validation accuracy"),
)  # fmt: skip


def round_cells(summary: RoundSummary) -> list[str]:
    """Return the cells of one round's row."""
    return [
        str(summary.round),
        seconds(summary.seconds),
        str(summary.participants),
        f"{summary.validation.loss:.4f}",
        percent(summary.validation.accuracy),
    ]


class TrainingRun:
    """One training, as a command carries it out.

    Attributes:
        log: what was reported.
        seconds: how long it took.
        has_begun: whether there is anything that could be gone on with.
    """

    def __init__(
        self, folder: TrainingFolder, *, resume: bool, are_epochs_told: bool = True
    ) -> None:
        self._folder = folder
        self._is_resuming = resume
        self._are_epochs_told = are_epochs_told
        self.log = TrainingLog(folder.plan.users)
        self.seconds = 0.0
        self.has_begun = resume

    async def carry_out(
        self, output: Output, *, then: Callable[[JointTraining], Awaitable[None]] | None = None
    ) -> None:
        """Train until all participants have finished, and show how it goes.

        Args:
            output: where it shows.
            then: what is to be done with the workers before they end.

        Raises:
            DiscoError: it could not be done; the participants have stopped.
        """
        begin = time.monotonic()
        display = train_display(
            output, self._folder.plan, self.log, are_epochs_told=self._are_epochs_told
        )
        async with JointTraining(self._folder, resume=self._is_resuming) as training:
            with display:
                async with contextlib.aclosing(training.reports()) as reports:
                    async for participant, message in reports:
                        self.log.take(participant, message)
                        self.has_begun = self.has_begun or isinstance(message, Started)
                        display.show(participant, message)
            self.seconds = time.monotonic() - begin
            if then is not None:
                await then(training)
