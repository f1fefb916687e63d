"""Training alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.training.trainer import Trainer

if TYPE_CHECKING:
    from disco_desktop.engine.client.client import Session
    from disco_desktop.engine.training.checkpoint import Checkpoint


class LocalTrainer(Trainer):
    """Trains on one machine alone: a round's end changes nothing about the weights."""

    def take_up(self, session: Session, checkpoint: Checkpoint | None) -> None:
        """Begin from the given weights; a checkpoint has its own."""
        if checkpoint is None:
            self.progress.learner.load_weights(session.weights)

    async def on_round_begin(self) -> None:
        """Do nothing: there is nobody to tell."""

    async def on_round_end(self) -> None:
        """Return nothing: the next round goes on from one's own weights."""
