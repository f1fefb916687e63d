"""The curves of a training: what is plotted while it runs and afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.engine.events import BatchTrained, EpochTrained, RoundEnded

LARGEST_BATCHES = 4_000  # points; beyond them every second one goes, so that the shape remains


@dataclass(kw_only=True)
class Figures:
    """One quantity, by epoch and by batch."""

    batches: list[float] = field(default_factory=list)
    training: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


@dataclass(kw_only=True)
class Curves:
    """Loss and accuracy over the epochs.

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

    def take_batch(self, event: BatchTrained) -> None:
        """Enter a batch."""
        self.batch_epochs.append(event.epoch - 1 + event.batch / event.batches)
        self.loss.batches.append(event.loss)
        self.accuracy.batches.append(event.accuracy)
        if len(self.batch_epochs) > LARGEST_BATCHES:
            for values in (self.batch_epochs, self.loss.batches, self.accuracy.batches):
                del values[::2]

    def take_epoch(self, event: EpochTrained) -> None:
        """Enter an epoch."""
        self.epochs.append(event.epoch)
        self.loss.training.append(event.training.loss)
        self.loss.validation.append(event.validation.loss)
        self.accuracy.training.append(event.training.accuracy)
        self.accuracy.validation.append(event.validation.accuracy)

    def take_round(self, event: RoundEnded) -> None:
        """Mark the exchange after the epochs so far."""
        if self.epochs and event.participants > 1:
            self.rounds.append(self.epochs[-1])
