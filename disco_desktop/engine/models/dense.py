"""Fully connected layers, over numbers and categories."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from disco_desktop.engine.task.architecture import DenseNetwork
    from disco_desktop.engine.task.tabular import TabularData


class LearntCategories(nn.Module):
    """Puts learnt numbers in the place of categories.

    Args:
        tables: for each place of a category in a sample, how many there are and how many numbers
            each gets.
    """

    def __init__(self, tables: dict[int, tuple[int, int]]) -> None:
        super().__init__()
        self._places = list(tables)
        for place, (values, width) in tables.items():
            setattr(self, f"column{place}", nn.Embedding(values, width))

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """Take prepared samples (n, features); give (n, features + learnt numbers - places)."""
        parts, start = [], 0
        for place in self._places:
            parts.append(samples[:, start:place])
            parts.append(getattr(self, f"column{place}")(samples[:, place].long()))
            start = place + 1
        return torch.cat([*parts, samples[:, start:]], dim=1)


def dense_network(model: DenseNetwork, data: TabularData) -> nn.Module:
    """Return dense layers with ReLU between them; float32 (n, features) to (n, outputs)."""
    widths = (model.inputs(data), *model.hidden, data.outputs)
    last = len(widths) - 1
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if data.embeddings:
        layers["categories"] = LearntCategories(
            {
                place: (column.places, column.embedding or 1)
                for place, column in data.embeddings.items()
            }
        )
    for number, (before, after) in enumerate(pairwise(widths), start=1):
        layers[f"dense{number}"] = nn.Linear(before, after)
        if number < last:
            layers[f"relu{number}"] = nn.ReLU()
    return nn.Sequential(layers)
