"""Inverted residual networks in torch, with a backbone that may stay as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from disco_desktop.engine.models.pixels import Pixels

if TYPE_CHECKING:
    from disco_desktop.engine.task.backbone import Block, EfficientNetLite0, MobileNetV2, Plan
    from disco_desktop.engine.task.image import ImageData

_MOMENTUM = 0.1  # of the running statistics; the papers' training is far longer


class _SameConvolution(nn.Conv2d):
    """A convolution whose padding, where it is odd, is larger at the right and at the bottom.

    The weights that there are for these networks were trained so.
    """

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Pad, then convolve."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        height, width = (_padding(size, kernel, stride) for size in values.shape[2:])
        if height[0] == height[1] and width[0] == width[1]:
            padding = (height[0], width[0])
            return F.conv2d(values, self.weight, None, self.stride, padding, 1, self.groups)
        padded = F.pad(values, (*width, *height))
        return F.conv2d(padded, self.weight, None, self.stride, 0, 1, self.groups)


def _padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _convolution(
    inputs: int, outputs: int, kernel: int, epsilon: float, *, stride: int = 1, groups: int = 1
) -> list[nn.Module]:
    """Return a convolution without a bias, and batch normalisation."""
    return [
        _SameConvolution(inputs, outputs, kernel, stride, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=epsilon, momentum=_MOMENTUM),
    ]


class _InvertedResidual(nn.Module):
    def __init__(self, block: Block, epsilon: float) -> None:
        super().__init__()
        self._is_residual = block.stride == 1 and block.inputs == block.outputs
        hidden = block.hidden
        if block.expansion > 1:
            widening = _convolution(block.inputs, hidden, 1, epsilon)
            self.expand = nn.Sequential(*widening, nn.ReLU6(inplace=True))
        looking = _convolution(
            hidden, hidden, block.kernel, epsilon, stride=block.stride, groups=hidden
        )
        self.depthwise = nn.Sequential(*looking, nn.ReLU6(inplace=True))
        self.project = nn.Sequential(*_convolution(hidden, block.outputs, 1, epsilon))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        inner = self.expand(values) if hasattr(self, "expand") else values
        outer: torch.Tensor = self.project(self.depthwise(inner))
        return values + outer if self._is_residual else outer


class Backbone(nn.Module):
    """uint8 (n, height, width, channels) to features, float32 (n, features)."""

    def __init__(self, plan: Plan, data: ImageData) -> None:
        super().__init__()
        self.features = plan.features
        self.pixels = Pixels(data)
        stem = _convolution(data.channels, plan.stem, 3, plan.epsilon, stride=2)
        self.stem = nn.Sequential(*stem, nn.ReLU6(inplace=True))
        self.blocks = nn.Sequential(
            *(_InvertedResidual(block, plan.epsilon) for block in plan.blocks)
        )
        last = _convolution(plan.blocks[-1].outputs, plan.features, 1, plan.epsilon)
        self.last = nn.Sequential(*last, nn.ReLU6(inplace=True))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return the mean of each channel of the last convolution over the picture."""
        values: torch.Tensor = self.last(self.blocks(self.stem(self.pixels(pictures))))
        return values.mean(dim=(2, 3))


class BackboneNetwork(nn.Module):
    """A backbone and a head that tells outcomes from its features.

    Attributes:
        is_frozen: whether the backbone is never trained, its statistics included.
    """

    def __init__(self, model: MobileNetV2 | EfficientNetLite0, data: ImageData) -> None:
        super().__init__()
        self.is_frozen = model.trained == "head"
        plan = model.plan
        self.backbone = Backbone(plan, data)
        self.head = nn.Sequential(nn.Dropout(model.dropout), nn.Linear(plan.features, data.outputs))
        if self.is_frozen:
            self.backbone.requires_grad_(False).eval()

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return logits, float32 (n, outputs)."""
        logits: torch.Tensor = self.head(self.backbone(pictures))
        return logits

    def train(self, mode: bool = True) -> Self:
        """Go over to training, or back; a frozen backbone stays as it is."""
        super().train(mode)
        if self.is_frozen:
            self.backbone.eval()
        return self
