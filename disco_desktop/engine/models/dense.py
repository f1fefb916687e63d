"""Fully connected layers."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from disco_desktop.engine.task.architecture import DenseNetwork
    from disco_desktop.engine.task.tabular import TabularData


def dense_network(model: DenseNetwork, data: TabularData) -> nn.Module:
    """Return dense layers with ReLU between them; float32 (n, features) to (n, outputs)."""
    widths = (data.features, *model.hidden, data.outputs)
    last = len(widths) - 1
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for number, (before, after) in enumerate(pairwise(widths), start=1):
        layers[f"dense{number}"] = nn.Linear(before, after)
        if number < last:
            layers[f"relu{number}"] = nn.ReLU()
    return nn.Sequential(layers)
