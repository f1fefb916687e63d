"""Tasks that are files: a description, its texts, and sample data beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from disco_desktop.engine.default_tasks.sample_pictures import unpacked
from disco_desktop.engine.task.provider import TaskProvider
from disco_desktop.engine.task.task import TASK_FILE, read_task

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

SAMPLE_FOLDER = "sample"  # beside a task's file
DRAWN = ("cifar10", "lus_covid", "mnist", "simple_face")  # whose samples are made when needed


class TaskFile(TaskProvider):
    """The task in a JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_task(self) -> Task:
        """Read the task.

        Raises:
            TaskError: the file cannot be read, or what it holds is not a task.
        """
        return read_task(self._path)

    def sample_data(self) -> Path | None:
        """Return the folder `sample` beside the file, if there is one."""
        beside = self._path.parent / SAMPLE_FOLDER
        return beside if beside.is_dir() else None


class BuiltInTask(TaskFile):
    """A task that comes with the program; some sample pictures are made when asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / TASK_FILE)
        self._name = folder.name

    def sample_data(self) -> Path | None:
        """Return the folder of the sample data, which is made where it is not there yet."""
        if self._name not in DRAWN:
            return super().sample_data()
        # Here and not above: the tasks themselves do without Pillow.
        from disco_desktop.engine.default_tasks.generated_pictures import cut_digits, draw_samples

        if self._name == "mnist":
            return unpacked("mnist-1", cut_digits)
        labels = self.get_task().data.labels
        return unpacked(f"{self._name}-1", partial(draw_samples, self._name, labels))
