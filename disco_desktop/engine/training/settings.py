"""How long and how a participant trains; free of torch, since the window needs it too."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from msgspec import Meta, Struct, structs

from disco_desktop.engine.task.task import Keeps

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task

# Weights times samples of a batch. Below it, handing work to a second thread takes longer than the
# work: measured on 2 cores, both take as long at 5 million, for dense layers.
_WORTH_MORE_THREADS = 10_000_000


Layout: TypeAlias = Literal["plain", "channels_last"]
Precision: TypeAlias = Literal["float32", "bfloat16"]


class TrainingSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a participant may choose; the rest is the task's.

    Attributes:
        keeps: the weights to end with: the last ones, or those with the least validation loss.
        seed: makes the training reproducible, bit for bit on one machine; drawn where it is None.
        is_measured: find out how this machine trains fastest when the training begins. Otherwise
            what is None is fixed by the size of the work alone, so that a run of the same seed
            gives the same bits again.
        threads: of the processor; the most that may be used where it is measured.
        layout: of pictures in memory: `channels_last` is faster on many processors.
        precision: `bfloat16` computes with fewer bits where the processor is faster at that; the
            weights themselves are always float32.
    """

    epochs: Annotated[int, Meta(ge=1, le=100_000)]
    round_duration: Annotated[int, Meta(ge=1, le=100_000)]
    batch_size: Annotated[int, Meta(ge=1, le=65_536)]
    keeps: Keeps = "last"
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] | None = None
    is_measured: bool = False
    threads: Annotated[int, Meta(ge=1, le=1024)] | None = None
    layout: Layout | None = None
    precision: Precision | None = None

    @classmethod
    def of(
        cls,
        task: Task,
        *,
        epochs: int | None = None,
        round_duration: int | None = None,
        batch_size: int | None = None,
        keeps: Keeps = "last",
        seed: int | None = None,
        threads: int | None = None,
    ) -> TrainingSettings:
        """Return the task's own settings with what is given in their place."""
        return cls(
            epochs=epochs or task.training.epochs,
            round_duration=round_duration or task.training.round_duration,
            batch_size=batch_size or task.training.batch_size,
            keeps=keeps,
            seed=seed,
            threads=threads,
        )

    @property
    def rounds(self) -> int:
        """Number of rounds, the last one perhaps shorter."""
        return -(-self.epochs // self.round_duration)

    def first_epoch(self, round: int) -> int:  # noqa: A002
        """Return the number of a round's first epoch; both count from one."""
        return (round - 1) * self.round_duration + 1

    def last_epoch(self, round: int) -> int:  # noqa: A002
        """Return the number of a round's last epoch; both count from one."""
        return min(round * self.round_duration, self.epochs)

    @property
    def is_to_be_measured(self) -> bool:
        """Whether the fastest way to train is still to be found out."""
        return self.is_measured and self.precision is None

    @property
    def most_threads(self) -> int:
        """Threads that may be used."""
        return self.threads or os.cpu_count() or 1

    def resolved(self, elements: int) -> TrainingSettings:
        """Return settings that leave nothing open, for a network of so many weights.

        They depend on nothing that is measured.
        """
        threads = self.threads
        if threads is None:
            is_worth_it = elements * self.batch_size > _WORTH_MORE_THREADS
            threads = (os.cpu_count() or 1) if is_worth_it else 1
        seed = secrets.randbits(63) if self.seed is None else self.seed
        return structs.replace(
            self,
            threads=threads,
            seed=seed,
            layout=self.layout or "plain",
            precision=self.precision or "float32",
        )
