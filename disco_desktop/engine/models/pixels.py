"""From the bytes of pictures to what a network's first layer takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from disco_desktop.engine.task.image import ImageData


class Pixels(nn.Module):
    """uint8 (n, height, width, channels) to float32 (n, channels, height, width), normalised.

    What is subtracted and divided by stands in the task, so it is no part of the weights.
    """

    scale: torch.Tensor
    shift: torch.Tensor

    def __init__(self, data: ImageData) -> None:
        super().__init__()
        shape = (1, data.channels, 1, 1)
        mean = torch.tensor(data.mean or (0.0,) * data.channels).view(shape)
        deviation = torch.tensor(data.deviation or (1.0,) * data.channels).view(shape)
        self.register_buffer("scale", 1 / (255 * deviation), persistent=False)
        self.register_buffer("shift", -mean / deviation, persistent=False)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return (pixel / 255 - mean) / deviation, channel by channel."""
        values = pictures.permute(0, 3, 1, 2).to(
            torch.float32, memory_format=torch.contiguous_format
        )
        return torch.addcmul(self.shift, values, self.scale)
