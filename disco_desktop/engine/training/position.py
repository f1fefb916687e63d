"""Where a training stands: round, epoch and batch, and the sums of the epoch so far."""

from __future__ import annotations

from msgspec import Struct

from disco_desktop.engine.events import Metrics


class Position(Struct, kw_only=True):
    """A place between two batches.

    Attributes:
        round, epoch: the present ones, from one; epochs count over the whole training. An epoch
            past the round's last one means that the exchange is due.
        repeats: how many times rounds were begun anew to make another update.
        batch: how many batches of the epoch are done.
        loss: sum over the answers of the epoch so far.
        right: number of them that were right; None where none can be.
        answers: number of them: one a sample, unless a sample asks for several.
        samples: number of samples.
        seconds: spent on training them.
    """

    round: int = 1
    epoch: int = 1
    repeats: int = 0
    batch: int = 0
    loss: float = 0.0
    right: int | None = 0
    answers: int = 0
    samples: int = 0
    seconds: float = 0.0

    def add_batch(
        self, *, loss: float, right: int | None, answers: int, samples: int, seconds: float
    ) -> None:
        """Count a batch, `loss` being its mean."""
        self.batch += 1
        self.loss += loss * answers
        self.right = None if right is None or self.right is None else self.right + right
        self.answers += answers
        self.samples += samples
        self.seconds += seconds

    @property
    def metrics(self) -> Metrics:
        """Means over the epoch so far."""
        answers = max(self.answers, 1)
        return Metrics(
            loss=self.loss / answers,
            accuracy=None if self.right is None else self.right / answers,
            samples=self.samples,
        )

    def begin_epoch(self, epoch: int) -> None:
        """Go to the beginning of an epoch."""
        self.epoch = epoch
        self.batch, self.loss, self.seconds = 0, 0.0, 0.0
        self.right, self.answers, self.samples = 0, 0, 0
