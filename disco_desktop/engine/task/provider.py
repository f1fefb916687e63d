"""The provider of a task: the one place where a task may be made by code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from disco_desktop.engine.task.initial_weights import draw_initial_weights

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.task.task import Task


class TaskProvider(ABC):
    """Emits a task and the weights that its training starts from.

    A provider runs on its creator's machine only; what others receive of it is the declarative
    task and a safetensors file.
    """

    @abstractmethod
    def get_task(self) -> Task:
        """Return the task."""

    def get_model(self, path: Path, *, seed: int = 0) -> None:
        """Write the initial weights to a safetensors file.

        The default draws them in a child process as torch initialises the task's network, so that
        whoever asks (the server, for one) needs no torch.
        """
        draw_initial_weights(self.get_task(), path, seed=seed)

    def sample_data(self) -> Path | None:
        """Return a folder of sample data that comes with the task, if there is one."""
        return None
