"""Networks of inverted residual blocks for pictures: MobileNetV2 and EfficientNet-Lite0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from disco_desktop.engine.task.image import ImageData

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disco_desktop.engine.task.data import Data

SMALLEST_SIDE = 64  # of a picture: after five halvings two pixels are left
_STATISTICS = 4  # numbers a channel of batch normalisation: scale, shift, mean, variance


class Stage(NamedTuple):
    """Blocks of one kind, one after the other; the first one may halve height and width."""

    expansion: int
    channels: int
    blocks: int
    stride: int
    kernel: int


class Block(NamedTuple):
    """One inverted residual block: widen, look at neighbours channel by channel, narrow."""

    inputs: int
    expansion: int
    outputs: int
    stride: int
    kernel: int

    @property
    def hidden(self) -> int:
        """Channels in between."""
        return self.inputs * self.expansion

    @property
    def elements(self) -> int:
        """How many numbers its weights are."""
        count = 0
        if self.expansion > 1:
            count += self.inputs * self.hidden + _STATISTICS * self.hidden
        count += self.hidden * self.kernel**2 + _STATISTICS * self.hidden
        return count + self.hidden * self.outputs + _STATISTICS * self.outputs


class Plan(NamedTuple):
    """A whole backbone.

    Attributes:
        stem: channels of the first convolution, which halves height and width.
        blocks: the blocks in order.
        features: channels of the last convolution, whose mean over the picture is the result.
        epsilon: of batch normalisation.
    """

    stem: int
    blocks: tuple[Block, ...]
    features: int
    epsilon: float

    def elements(self, channels: int) -> int:
        """Return how many numbers the weights are, for pictures of so many channels."""
        last = self.blocks[-1].outputs
        return (
            channels * 9 * self.stem
            + _STATISTICS * self.stem
            + sum(block.elements for block in self.blocks)
            + last * self.features
            + _STATISTICS * self.features
        )


# Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018), table 2.
_MOBILENET_V2 = (
    Stage(1, 16, 1, 1, 3),
    Stage(6, 24, 2, 2, 3),
    Stage(6, 32, 3, 2, 3),
    Stage(6, 64, 4, 2, 3),
    Stage(6, 96, 3, 1, 3),
    Stage(6, 160, 3, 2, 3),
    Stage(6, 320, 1, 1, 3),
)
# Tan and Le, "EfficientNet" (2019), table 1, without squeeze and excitation and with ReLU6 instead
# of swish: that is what "Lite" means.
_EFFICIENTNET_LITE0 = (
    Stage(1, 16, 1, 1, 3),
    Stage(6, 24, 2, 2, 3),
    Stage(6, 40, 2, 2, 5),
    Stage(6, 80, 3, 2, 3),
    Stage(6, 112, 3, 1, 5),
    Stage(6, 192, 4, 2, 5),
    Stage(6, 320, 1, 1, 3),
)


class _Backbone(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What both kinds have in common.

    Attributes:
        width: how many times as many channels as in the paper.
        trained: `all` weights, or the `head` alone: the last, dense layer. Then the rest stays as
            the task's initial weights have it, and its result is computed once a picture.
        dropout: share of the features that is set to zero while training.
    """

    width: Annotated[float, Meta(ge=0.1, le=2.0)] = 1.0
    trained: Literal["all", "head"] = "all"
    dropout: Annotated[float, Meta(ge=0, lt=1)] = 0.2

    def check_fits(self, data: Data) -> None:
        """Make sure that such pictures can be put into this network.

        Raises:
            ValueError: they cannot.
        """
        if not isinstance(data, ImageData):
            raise ValueError("this kind of `model` takes pictures")
        if min(data.height, data.width) < SMALLEST_SIDE:
            raise ValueError(
                f"this kind of `model` takes pictures of {SMALLEST_SIDE} pixels or more"
            )

    if TYPE_CHECKING:  # each kind has its own; a struct cannot be abstract

        @property
        def plan(self) -> Plan:
            """The blocks, widened."""

    def elements(self, data: Data) -> int:
        """Return how many numbers the weights are, statistics of batch normalisation included."""
        assert isinstance(data, ImageData)  # noqa: S101 - it was checked
        plan = self.plan
        return plan.elements(data.channels) + (plan.features + 1) * data.outputs


class MobileNetV2(_Backbone, frozen=True, tag_field="kind", tag="mobilenet_v2"):
    """MobileNetV2, a small network for phones."""

    @property
    def plan(self) -> Plan:
        """The blocks, widened; the last convolution is never narrowed, as in the paper."""
        stem = _rounded(32 * self.width)
        blocks = tuple(_blocks(_MOBILENET_V2, stem, self.width))
        return Plan(stem, blocks, _rounded(1280 * max(1.0, self.width)), epsilon=1e-3)


class EfficientNetLite0(_Backbone, frozen=True, tag_field="kind", tag="efficientnet_lite0"):
    """EfficientNet-Lite0, more exact and three times the work of MobileNetV2 at the same width."""

    @property
    def plan(self) -> Plan:
        """The blocks, widened; first and last convolution stay, as in all Lite networks."""
        return Plan(32, tuple(_blocks(_EFFICIENTNET_LITE0, 32, self.width)), 1280, epsilon=1e-3)


def _blocks(stages: tuple[Stage, ...], channels: int, width: float) -> Iterator[Block]:
    for stage in stages:
        outputs = _rounded(stage.channels * width)
        for number in range(stage.blocks):
            stride = stage.stride if number == 0 else 1
            yield Block(channels, stage.expansion, outputs, stride, stage.kernel)
            channels = outputs


def _rounded(channels: float) -> int:
    """Return a multiple of eight near by, never more than a tenth smaller, as the papers do."""
    near = max(8, int(channels + 4) // 8 * 8)
    return near + 8 if near < 0.9 * channels else near
