"""The closed set of networks a task may name. Descriptions only: torch builds them elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, TypeAlias

from msgspec import Meta, Struct

from disco_desktop.engine.task.backbone import EfficientNetLite0, MobileNetV2
from disco_desktop.engine.task.gpt import GPT
from disco_desktop.engine.task.image_architecture import LayeredNetwork
from disco_desktop.engine.task.tabular import TabularData

if TYPE_CHECKING:
    from disco_desktop.engine.task.data import Data

Width: TypeAlias = Annotated[int, Meta(ge=1, le=65_536)]


class DenseNetwork(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="dense"
):
    """Fully connected layers with ReLU between them.

    The width of the first layer's input is the number of features the task's columns give, the
    numbers learnt for categories included, and that of the last one's output is what its outcome
    needs: both follow from the data.
    """

    hidden: Annotated[tuple[Width, ...], Meta(max_length=64)]

    def check_fits(self, data: Data) -> None:
        """Make sure that such data can be put into this network.

        Raises:
            ValueError: they cannot.
        """
        if not isinstance(data, TabularData):
            raise ValueError("a dense `model` takes rows of a table")

    def elements(self, data: Data) -> int:
        """Return how many numbers the weights are: a matrix and a bias a layer."""
        assert isinstance(data, TabularData)  # noqa: S101 - it was checked
        widths = (self.inputs(data), *self.hidden, data.outputs)
        layers = sum((before + 1) * after for before, after in pairwise(widths))
        learnt = data.embeddings.values()
        return layers + sum(column.places * (column.embedding or 0) for column in learnt)

    @staticmethod
    def inputs(data: TabularData) -> int:
        """Return the width of the first layer's input."""
        widened = sum((column.embedding or 1) - 1 for column in data.embeddings.values())
        return data.features + widened


class OwnNetwork(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="own"
):
    """A network that the participants have as code, which never travels.

    Attributes:
        name: what its author calls it.
        manifest: SHA-256 of the names and shapes of its weights, in hexadecimal: only who has a
            network with these weights can join.
        size: how many numbers its weights are.
    """

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    manifest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Meta(ge=1)]

    def check_fits(self, data: Data) -> None:
        """Accept any data: whether they fit shows when the network is run."""

    def elements(self, data: Data) -> int:
        """Return how many numbers the weights are."""
        return self.size


Architecture: TypeAlias = (
    DenseNetwork | LayeredNetwork | MobileNetV2 | EfficientNetLite0 | GPT | OwnNetwork
)
