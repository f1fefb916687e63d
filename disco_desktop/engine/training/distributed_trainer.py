"""Training together with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.training.trainer import Trainer

if TYPE_CHECKING:
    from disco_desktop.engine.client.client import Aggregate, Session
    from disco_desktop.engine.privacy.protection import Protection
    from disco_desktop.engine.training.checkpoint import Checkpoint
    from disco_desktop.engine.weights.weights import Weights


class DistributedTrainer(Trainer):
    """Contributes the change of its weights at a round's end, and goes on from the common model.

    The common model is kept in the memory after each round, under one and the same name.

    Args:
        protection: what is done to an update before anybody else sees it; None for nothing.
    """

    def __init__(self, *args: Any, protection: Protection | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._protection = protection

    def take_up(self, session: Session, checkpoint: Checkpoint | None) -> None:
        """Join at the session's round.

        A checkpoint is gone on from if the others are still where it was taken, or if our update
        of that round counts already: then the exchange gives us what has become of it. Otherwise
        the present round begins afresh from their weights: an update against weights of the past
        would be of no use to them.
        """
        progress = self.progress
        if checkpoint is None:
            progress.adopt(session.weights, session.round)
        elif not (
            progress.is_based_on(session.weights, session.round)
            or (progress.base is not None and progress.base_round == session.contributed)
        ):
            progress.begin_round_afresh(session.weights, session.round)
        elif (
            self.client.spends_updates
            and progress.is_round_trained
            and progress.base_round == session.round
        ):
            # Our update may have gone into an attempt that came to nothing.
            progress.repeat_round(session.weights, session.round)
        if session.rounds:
            left = max(session.rounds - progress.base_round, 0)
            progress.rounds = min(progress.rounds, progress.position.round - 1 + left)

    async def on_round_begin(self) -> None:
        """Tell the others."""
        await self.client.on_round_begin_communication()

    async def on_round_end(self) -> Aggregate:
        """Hand the client our update, and wait for the common model."""
        # After a kill we must not stand before a round that we have contributed to.
        await self._settle_round()
        update = await self._compute("update", self._update)
        return await self.client.on_round_end_communication(
            update,
            base_round=self.progress.base_round,
            samples=self.progress.learner.samples,
        )

    def _update(self) -> Weights:
        base = self.progress.base
        if base is None:
            raise ModelError("training_diverged", detail="no base")
        update = self.progress.learner.read_weights().update_from(base)
        if self._protection is not None:
            places = self.progress.learner.trained_places(update.manifest)
            self._protection.apply(update, places)
        return update

    async def on_pause(self) -> None:
        """Tell the others that they need not wait for us."""
        await self.client.pause()

    async def on_resume(self) -> None:
        """Tell the others that we train again."""
        await self.client.resume()
