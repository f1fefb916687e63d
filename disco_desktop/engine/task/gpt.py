"""The description of a GPT-2 style network, and the usual sizes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from disco_desktop.engine.task.text import TextData

if TYPE_CHECKING:
    from disco_desktop.engine.task.data import Data


class GPT(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="gpt"
):
    """A transformer that reads from left to right (Radford et al., 2019).

    Attributes:
        layers: blocks of attention and a dense part.
        heads: of each attention; they divide the width.
        width: numbers that a token becomes.
        dropout: share of those that are left out while training.
    """

    layers: Annotated[int, Meta(ge=1, le=96)]
    heads: Annotated[int, Meta(ge=1, le=96)]
    width: Annotated[int, Meta(ge=1, le=12_288)]
    dropout: Annotated[float, Meta(ge=0, lt=1)] = 0.0

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise ValueError("`heads` do not divide `width`")

    def check_fits(self, data: Data) -> None:
        """Make sure that such data can be put into this network.

        Raises:
            ValueError: they cannot.
        """
        if not isinstance(data, TextData):
            raise ValueError("a GPT `model` takes texts")

    def elements(self, data: Data) -> int:
        """Return how many numbers the weights are; those of both ends are not shared."""
        assert isinstance(data, TextData)  # noqa: S101 - it was checked
        ends = 2 * data.outputs * self.width + data.context * self.width + 2 * self.width
        return ends + self.layers * (12 * self.width**2 + 13 * self.width)


# By their usual names.
GPT_SIZES = {
    "gpt-nano": GPT(layers=3, heads=3, width=48),
    "gpt-micro": GPT(layers=4, heads=4, width=128),
    "gpt-mini": GPT(layers=6, heads=6, width=192),
    "gpt2": GPT(layers=12, heads=12, width=768),
    "gpt2-medium": GPT(layers=24, heads=16, width=1_024),
    "gpt2-large": GPT(layers=36, heads=20, width=1_280),
    "gpt2-xl": GPT(layers=48, heads=25, width=1_600),
}
