"""What a person has chosen so far: a task, checked data, and what can come next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from disco_desktop.app.library.observable import Observable
from disco_desktop.app.training.plan import Wishes

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.server.in_use import ServerInUse
    from disco_desktop.engine.dataset.report import Report
    from disco_desktop.engine.task.task import Keeps, Task

Company: TypeAlias = Literal["together", "alone", "practice"]
Obstacle: TypeAlias = Literal["", "no data", "unusable data", "no model"]

PRACTISING = 3  # participants, all of them on this computer


class Journey(Observable):
    """What somebody has chosen for one task.

    Attributes:
        data: the file or folder, and what was found in it.
        epochs, batch_size: this participant's own, where they differ from the task's.
        keeps: the weights to end with, where they are not the task's choice.
        company: with others, alone, or with participants on this computer to practise.
        model_id: the latest model of this task, for testing and using it.
    """

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task
        self.data: Path | None = None
        self.report: Report | None = None
        self.epochs: int | None = None
        self.batch_size: int | None = None
        self.keeps: Keeps | None = None
        self.company: Company = "together"
        self.model_id: str | None = None

    def choose_data(self, path: Path, report: Report) -> None:
        """Take data that were checked."""
        self.data, self.report = path, report
        self.changed()

    def choose_training(self, *, epochs: int | None, batch_size: int | None) -> None:
        """Take this participant's own figures; none leaves it to the task."""
        self.epochs, self.batch_size = epochs, batch_size
        self.changed()

    def choose_weights(self, keeps: Keeps) -> None:
        """Take with which weights to end: the last ones, or those of the best epoch."""
        self.keeps = keeps
        self.changed()

    def choose_company(self, company: Company) -> None:
        """Take with whom to train."""
        self.company = company
        self.changed()

    def choose_model(self, model_id: str | None) -> None:
        """Take the model to test and use."""
        self.model_id = model_id
        self.changed()

    @property
    def obstacle_to_training(self) -> Obstacle:
        """Why training cannot begin yet."""
        if self.data is None or self.report is None:
            return "no data"
        return "" if self.report.is_usable else "unusable data"

    def wishes(
        self, server: ServerInUse, *, save_as: str, accepts_less_protection: bool = False
    ) -> Wishes:
        """Return what is to be trained, complete but for what the task says."""
        if self.data is None:
            raise ValueError("data come first")
        is_together = self.company == "together"
        address = server.address if is_together else None
        return Wishes(
            task=self.task.id,
            data=self.data,
            users=PRACTISING if self.company == "practice" else 1,
            scheme="local" if self.company == "alone" else None,
            server=address.url if address else None,
            fingerprint=address.fingerprint if address else None,
            epochs=self.epochs,
            batch_size=self.batch_size,
            keeps=self.keeps,
            save_as=save_as,
            accepts_less_protection=accepts_less_protection,
        )


@dataclass(frozen=True)
class CheckedData:
    """A file or folder, and what was found in it."""

    task_id: str
    path: Path
    report: Report
