"""The best weights of a training so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.engine.events import Metrics
    from disco_desktop.engine.weights.weights import Weights


@dataclass(frozen=True)
class BestWeights:
    """Weights with the least validation loss, and their figures on the validation part."""

    weights: Weights
    validation: Metrics
