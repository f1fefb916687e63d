"""Trainings that were interrupted, offered to be gone on with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.app.library.observable import Observable
from disco_desktop.app.training.folder import TrainingFolder, interrupted_trainings

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.training.plan import TrainingPlan


class Interrupted(Observable):
    """What there is to go on with; looked for anew after each training.

    Attributes:
        plans: by the folder of each training, the latest first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.plans: dict[Path, TrainingPlan] = {}

    async def look(self) -> None:
        """Find the trainings that nobody carries out now."""
        self.plans = await asyncio.to_thread(interrupted_trainings)
        self.changed()

    def of_task(self, task_id: str) -> Path | None:
        """Return the latest interrupted training of a task."""
        return next((path for path, plan in self.plans.items() if plan.task.id == task_id), None)

    async def take_up(self, path: Path) -> TrainingFolder:
        """Hold a training's folder, to go on with it.

        Raises:
            StorageError: it is gone, or another program carries it out.
        """
        folder = await asyncio.to_thread(TrainingFolder.hold, path)
        self.plans.pop(path, None)
        self.changed()
        return folder

    async def forget(self, path: Path) -> None:
        """Throw a training away."""
        folder = await self.take_up(path)
        with folder:
            await asyncio.to_thread(folder.discard)
