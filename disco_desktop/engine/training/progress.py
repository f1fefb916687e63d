"""How far a training has come, and the pieces of work that take it further.

All of it is synchronous: a piece leaves position, history and network in step with each other, so
that a checkpoint may be taken between any two.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from disco_desktop.engine.events import BatchTrained, EpochTrained, RoundEnded
from disco_desktop.engine.memory.record import History
from disco_desktop.engine.training.best_weights import BestWeights
from disco_desktop.engine.training.peak_memory import peak_memory
from disco_desktop.engine.training.position import Position
from disco_desktop.engine.training.random_state import (
    epoch_order,
    restore_random_state,
    seed_random_numbers,
)
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    import torch

    from disco_desktop.engine.client.client import Aggregate
    from disco_desktop.engine.events import Metrics
    from disco_desktop.engine.training.checkpoint import Checkpoint
    from disco_desktop.engine.training.learner import Learner
    from disco_desktop.engine.training.settings import TrainingSettings


class Progress:
    """A training between two pieces of work.

    Attributes:
        base: the weights that the present round began from; None where training is alone.
        base_round: how many rounds of the server those have behind them.
        rounds: how many rounds there will be; fewer than planned where the session ends before.
        best: the best weights so far, where they are what is kept; common ones where training is
            together.
    """

    def __init__(self, learner: Learner, settings: TrainingSettings) -> None:
        if settings.seed is None:
            raise ValueError("the settings are not resolved")
        self.learner = learner
        self.settings = settings
        self.position = Position()
        self.history = History()
        self.rounds = settings.rounds
        self.base: Weights | None = None
        self.best: BestWeights | None = None
        self.base_round = 0
        self._seed = settings.seed
        self._batches = -(-learner.samples // settings.batch_size)
        self._order: tuple[torch.Tensor, ...] | None = None  # rows of each batch of the epoch

    @property
    def is_epoch_trained(self) -> bool:
        """Whether all batches of the present epoch are done."""
        return self.position.batch >= self._batches

    @property
    def is_round_trained(self) -> bool:
        """Whether the next piece of work is the exchange."""
        return self.position.epoch > self.settings.last_epoch(self.position.round)

    @property
    def is_complete(self) -> bool:
        """Whether all rounds are done."""
        return self.position.round > self.rounds

    def train(self) -> BatchTrained | EpochTrained:
        """Train the next batch, or bring the epoch to its end where that was the last.

        Raises:
            ModelError: the training has diverged.
        """
        return self._end_epoch() if self.is_epoch_trained else self._train_batch()

    def _train_batch(self) -> BatchTrained:
        started = time.perf_counter()
        position = self.position
        if self._order is None:
            order = epoch_order(
                self.learner.samples,
                seed=self._seed,
                epoch=position.epoch,
                repeat=position.repeats,
            )
            order = order.to(self.learner.device)
            self._order = order.split(self.settings.batch_size)  # type: ignore[no-untyped-call]
        rows = self._order[position.batch]
        loss, right, answers = self.learner.step(rows)
        seconds = time.perf_counter() - started
        position.add_batch(
            loss=loss, right=right, answers=answers, samples=len(rows), seconds=seconds
        )
        return BatchTrained(
            round=position.round,
            epoch=position.epoch,
            batch=position.batch,
            batches=self._batches,
            loss=loss,
            accuracy=None if right is None else right / max(answers, 1),
            samples=len(rows),
        )

    def _end_epoch(self) -> EpochTrained:
        position = self.position
        ended = EpochTrained(
            round=position.round,
            epoch=position.epoch,
            epochs=self.settings.epochs,
            training=position.metrics,
            validation=self.learner.validate(),
            seconds=position.seconds,
            peak_memory=peak_memory(),
        )
        self.history.epochs.append(ended)
        if self.base is None:
            self._consider(ended.validation)
        self._begin_epoch(position.epoch + 1)
        return ended

    def _begin_epoch(self, epoch: int) -> None:
        self.position.begin_epoch(epoch)
        self._order = None

    def _consider(self, validation: Metrics) -> None:
        """Remember the present weights if they are the best so far."""
        if self.settings.keeps == "best" and (
            self.best is None or validation.loss < self.best.validation.loss
        ):
            self.best = BestWeights(self.learner.read_weights(), validation)

    def take_best(self) -> None:
        """Go back to the best weights, where they are what is kept."""
        if self.best is not None:
            self.learner.load_weights(self.best.weights)

    def begin(self) -> None:
        """Begin the sequence of random numbers."""
        seed_random_numbers(self._seed)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go to where a checkpoint was taken."""
        self.learner.restore(checkpoint.arrays)
        restore_random_state(checkpoint.arrays, self.learner.device)
        self.position = structs.replace(checkpoint.state.position)
        self.history = checkpoint.state.history
        self.base_round = checkpoint.state.base_round
        manifest = self.learner.read_weights().manifest
        if checkpoint.base is not None:
            self.base = Weights(manifest, checkpoint.base)
        if checkpoint.best is not None and checkpoint.state.best is not None:
            self.best = BestWeights(Weights(manifest, checkpoint.best), checkpoint.state.best)

    def begin_round_afresh(self, weights: Weights, round: int) -> None:  # noqa: A002
        """Begin the present round once more, from weights that are not ours."""
        self.adopt(weights, round)
        self.learner.reset_optimizer()
        first = self.settings.first_epoch(self.position.round)
        self._begin_epoch(first)
        self.history.epochs = [past for past in self.history.epochs if past.epoch < first]

    def repeat_round(self, weights: Weights, round: int) -> None:  # noqa: A002
        """Begin the present round once more, to make another update than the one before."""
        self.position.repeats += 1
        self.begin_round_afresh(weights, round)

    def adopt(self, weights: Weights, round: int) -> None:  # noqa: A002
        """Take weights as those that a round begins from."""
        self.learner.load_weights(weights)
        self.base, self.base_round = weights, round

    def is_based_on(self, weights: Weights, round: int) -> bool:  # noqa: A002
        """Tell whether the present round began from just these weights."""
        return (
            self.base is not None
            and self.base_round == round
            and np.array_equal(self.base.buffer, weights.buffer)
        )

    def end_round(
        self, aggregate: Aggregate | None, *, seconds: float, waited: float
    ) -> RoundEnded:
        """Go on to the next round with the result of the exchange, None where there was none."""
        if aggregate is not None:
            self.adopt(aggregate.weights, aggregate.round)
            if aggregate.is_stale:
                self.learner.reset_optimizer()
            if aggregate.is_last:
                self.rounds = self.position.round
        ended = RoundEnded(
            round=self.position.round,
            rounds=self.rounds,
            model_round=0 if aggregate is None else aggregate.round,
            participants=1 if aggregate is None else aggregate.participants,
            validation=self.learner.validate(),
            seconds=seconds,
            waited=waited,
            is_counted=aggregate is None or aggregate.is_counted,
        )
        self.history.rounds.append(ended)
        if aggregate is not None:
            self._consider(ended.validation)
        self.position.round += 1
        return ended
