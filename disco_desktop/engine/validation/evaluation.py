"""Running a network without training it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch

from disco_desktop.engine.events import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disco_desktop.engine.models.objective import Objective
    from disco_desktop.engine.models.sample_tensors import SampleTensors


def predict_outputs(network: torch.nn.Module, samples: SampleTensors) -> torch.Tensor:
    """Return what the network gives for all samples, (n, outputs), piece by piece."""
    network.eval()
    with torch.inference_mode():
        return torch.cat([network(features) for features, _ in samples.pieces()])


class Pieces(Protocol):
    """Samples, or what stands for them, that come piece by piece."""

    def __len__(self) -> int:
        """Return how many there are."""

    def pieces(self) -> Iterator[tuple[torch.Tensor, torch.Tensor | None]]:
        """Yield what the network is given, with targets."""


def evaluate(network: torch.nn.Module, objective: Objective, samples: Pieces) -> Metrics:
    """Return mean loss and share of right answers, where answers can be right."""
    network.eval()
    loss, answers = 0.0, 0
    right: int | None = 0 if objective.has_right_answers else None
    with torch.inference_mode():
        for features, targets in samples.pieces():
            if targets is None:
                raise ValueError("samples without targets cannot be measured on")
            count = objective.count_answers(targets)
            if not count:
                continue
            outputs = network(features)
            loss += objective.loss(outputs, targets).item() * count
            found = objective.count_right(outputs, targets)
            right = None if right is None or found is None else right + found
            answers += count
    return Metrics(
        loss=loss / max(answers, 1),
        accuracy=None if right is None else right / max(answers, 1),
        samples=len(samples),
    )
