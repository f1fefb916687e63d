"""The curves of a training: what is plotted while it runs and afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.app.worker_messages import BatchesTrained
    from disco_desktop.engine.events import EpochTrained, RoundEnded

LARGEST_BATCHES = 4_000  # points


@dataclass(kw_only=True)
class Figures:
    """One quantity, by epoch and by batch."""

    batches: list[float] = field(default_factory=list)
    training: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


@dataclass(kw_only=True)
class Curves:
    """Loss over the epochs, and accuracy where there is one.

    Attributes:
        batch_epochs: where each batch lies, in epochs.
        epochs: the epochs that are done.
        rounds: the epochs at whose end the participants exchanged.
    """

    loss: Figures = field(default_factory=Figures)
    accuracy: Figures = field(default_factory=Figures)
    batch_epochs: list[float] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)

    def take_batches(self, told: BatchesTrained) -> None:
        """Enter batches; where there are too many to draw, two are joined to their mean."""
        self.batch_epochs += told.epochs
        self.loss.batches += told.losses
        self.accuracy.batches += told.accuracies
        while len(self.batch_epochs) > LARGEST_BATCHES:
            del self.batch_epochs[: len(self.batch_epochs) // 2 * 2 : 2]
            for figures in (self.loss, self.accuracy):
                figures.batches = _joined(figures.batches)

    def take_epoch(self, event: EpochTrained) -> None:
        """Enter an epoch."""
        self.epochs.append(event.epoch)
        self.loss.training.append(event.training.loss)
        self.loss.validation.append(event.validation.loss)
        if event.training.accuracy is not None and event.validation.accuracy is not None:
            self.accuracy.training.append(event.training.accuracy)
            self.accuracy.validation.append(event.validation.accuracy)

    def take_round(self, event: RoundEnded) -> None:
        """Mark the exchange after the epochs so far."""
        if self.epochs and event.participants > 1:
            self.rounds.append(self.epochs[-1])


def _joined(values: list[float]) -> list[float]:
    """Return the means of each two values that follow each other; an odd one stays."""
    pairs = zip(values[::2], values[1::2], strict=False)
    means = [(first + second) / 2 for first, second in pairs]
    return means + values[len(means) * 2 :]
