"""Running a network without training it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from disco_desktop.engine.events import Metrics

if TYPE_CHECKING:
    from disco_desktop.engine.models.objective import BinaryObjective

BATCH = 4096  # samples in one go: many enough to be fast, few enough for any memory


def predict_logits(network: torch.nn.Module, features: torch.Tensor) -> torch.Tensor:
    """Return the logits (n, outputs) of all samples (n, f), batch by batch."""
    network.eval()
    with torch.inference_mode():
        if len(features) <= BATCH:
            return network(features)  # type: ignore[no-any-return]
        starts = range(0, len(features), BATCH)
        return torch.cat([network(features[start : start + BATCH]) for start in starts])


def evaluate(
    network: torch.nn.Module,
    objective: BinaryObjective,
    features: torch.Tensor,
    targets: torch.Tensor,
) -> Metrics:
    """Return mean loss and share of right answers; `features` (n, f), `targets` (n,)."""
    samples = len(targets)
    if not samples:
        return Metrics(loss=0.0, accuracy=0.0, samples=0)
    logits = predict_logits(network, features)
    with torch.inference_mode():
        loss = objective.loss(logits, targets).item()
        right = objective.count_right(logits, targets)
    return Metrics(loss=loss, accuracy=right / samples, samples=samples)
