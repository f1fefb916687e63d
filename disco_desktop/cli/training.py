"""Carrying out a plan and showing it: what `train` and `demo` share."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from disco_desktop.app.joint_training import JointTraining
from disco_desktop.app.training_log import TrainingLog
from disco_desktop.app.worker_messages import Started
from disco_desktop.cli.train_display import train_display

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from disco_desktop.app.training_folder import TrainingFolder
    from disco_desktop.cli.output import Output


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
