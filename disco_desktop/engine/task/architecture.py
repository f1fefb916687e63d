"""The closed set of networks a task may name. Descriptions only: torch builds them elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

Width: TypeAlias = Annotated[int, Meta(ge=1, le=65_536)]


class DenseNetwork(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="dense"
):
    """Fully connected layers with ReLU between them.

    The width of the first layer's input is the number of features the task's columns give, and
    that of the last one's output is what its outcome needs: both follow from the data.
    """

    hidden: Annotated[tuple[Width, ...], Meta(max_length=64)]

    def elements(self, *, features: int, outputs: int) -> int:
        """Return how many numbers the weights are: a matrix and a bias a layer."""
        widths = (features, *self.hidden, outputs)
        return sum((before + 1) * after for before, after in pairwise(widths))


Architecture: TypeAlias = DenseNetwork
