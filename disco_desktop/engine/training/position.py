"""Where a training stands: round, epoch and batch, and the sums of the epoch so far."""

from __future__ import annotations

from msgspec import Struct

from disco_desktop.engine.events import Metrics


class Position(Struct, kw_only=True):
    """A place between two batches.

    Attributes:
        round, epoch: the present ones, from one; epochs count over the whole training. An epoch
            past the round's last one means that the exchange is due.
        batch: how many batches of the epoch are done.
        loss: sum over the samples of the epoch so far.
        right: number of them that were predicted right.
        samples: number of them.
        seconds: spent on training them.
    """

    round: int = 1
    epoch: int = 1
    batch: int = 0
    loss: float = 0.0
    right: int = 0
    samples: int = 0
    seconds: float = 0.0

    def add_batch(self, *, loss: float, right: int, samples: int, seconds: float) -> None:
        """Count a batch, `loss` being its mean."""
        self.batch += 1
        self.loss += loss * samples
        self.right += right
        self.samples += samples
        self.seconds += seconds

    @property
    def metrics(self) -> Metrics:
        """Means over the epoch so far."""
        samples = max(self.samples, 1)
        return Metrics(
            loss=self.loss / samples, accuracy=self.right / samples, samples=self.samples
        )

    def begin_epoch(self, epoch: int) -> None:
        """Go to the beginning of an epoch."""
        self.epoch = epoch
        self.batch, self.loss, self.right, self.samples, self.seconds = 0, 0.0, 0, 0, 0.0
