"""Networks that a task lists layer by layer."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

from torch import nn

from disco_desktop.engine.models.pixels import Pixels
from disco_desktop.engine.task.image_architecture import (
    Convolution,
    Dense,
    Dropout,
    Extent,
    MaxPool,
)

if TYPE_CHECKING:
    from disco_desktop.engine.task.image import ImageData
    from disco_desktop.engine.task.image_architecture import LayeredNetwork


def layered_network(model: LayeredNetwork, data: ImageData) -> nn.Module:
    """Return the layers; uint8 (n, height, width, channels) to (n, outputs).

    Layers are named by their kind and numbered within it.
    """
    modules: OrderedDict[str, nn.Module] = OrderedDict(pixels=Pixels(data))
    numbers: Counter[str] = Counter()
    last = Extent(data.channels, data.height, data.width)

    def add(kind: str, module: nn.Module) -> None:
        numbers[kind] += 1
        modules[f"{kind}{numbers[kind]}"] = module

    def flatten() -> None:
        if "flatten1" not in modules:
            add("flatten", nn.Flatten())

    for layer, before, after in model.extents(data):
        match layer:
            case Convolution():
                kernel, padding = layer.kernel, 0
                if layer.padding == "same" and kernel % 2:
                    padding = kernel // 2
                elif layer.padding == "same":  # torch itself warns that this takes a copy
                    less, more = (kernel - 1) // 2, kernel // 2
                    add("padding", nn.ZeroPad2d((less, more, less, more)))
                add(
                    "convolution",
                    nn.Conv2d(before.channels, layer.filters, kernel, padding=padding),
                )
            case MaxPool():
                add("pool", nn.MaxPool2d(layer.size))
            case Dropout():
                add("dropout", nn.Dropout(layer.share))
            case Dense():
                flatten()
                add("dense", nn.Linear(before.values, layer.width))
        if isinstance(layer, Convolution | Dense) and layer.relu:
            add("relu", nn.ReLU(inplace=True))
        last = after
    flatten()
    add("dense", nn.Linear(last.values, data.outputs))
    return nn.Sequential(modules)
