"""What a training comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.engine.events import EpochTrained, Metrics, RoundEnded
    from disco_desktop.engine.memory.record import ModelRecord
    from disco_desktop.engine.weights.weights import Weights


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """The state at a training's end, or where it was left.

    Attributes:
        final_validation: figures of `weights` on this participant's validation part.
        model: record of the model in the memory, if it was kept.
        is_complete: whether all rounds are done.
    """

    weights: Weights
    epochs: list[EpochTrained]
    rounds: list[RoundEnded]
    final_validation: Metrics
    model: ModelRecord | None
    is_complete: bool
