"""Networks for pictures, layer by layer: a closed set of layers that a task may list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypeAlias

from msgspec import Meta, Struct

from disco_desktop.engine.task.image import ImageData

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disco_desktop.engine.task.data import Data

Filters: TypeAlias = Annotated[int, Meta(ge=1, le=4_096)]
LARGEST_VALUES = 1 << 26  # that one layer may give for one picture: 256 MiB of float32
LARGEST_ELEMENTS = 1 << 31


class Convolution(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag_field="kind",
    tag="convolution",
):
    """A convolution with a bias, and ReLU unless it is left out.

    Attributes:
        kernel: height and width of what each filter looks at.
        padding: `same` keeps height and width, `valid` looks only where the whole kernel fits.
    """

    filters: Filters
    kernel: Annotated[int, Meta(ge=1, le=31)] = 3
    padding: Literal["same", "valid"] = "same"
    relu: bool = True


class MaxPool(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="max_pool"
):
    """The largest value of each square, the squares side by side; what is left over is dropped."""

    size: Annotated[int, Meta(ge=2, le=32)] = 2


class Dropout(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="dropout"
):
    """Sets a share of the values to zero while training, another one each time."""

    share: Annotated[float, Meta(gt=0, lt=1)]


class Dense(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="dense"
):
    """A fully connected layer, and ReLU unless it is left out."""

    width: Annotated[int, Meta(ge=1, le=65_536)]
    relu: bool = True


Layer: TypeAlias = Convolution | MaxPool | Dropout | Dense


class Extent(NamedTuple):
    """What a layer gives for one picture."""

    channels: int
    height: int
    width: int

    @property
    def values(self) -> int:
        """How many numbers those are."""
        return self.channels * self.height * self.width


class LayeredNetwork(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="layers"
):
    """Layers one after the other, and a last dense one as wide as the task's outcome needs.

    Before the first dense layer, everything becomes one row of numbers a picture; from there on no
    layer looks at neighbours any more.
    """

    layers: Annotated[tuple[Layer, ...], Meta(max_length=64)]

    def check_fits(self, data: Data) -> None:
        """Make sure that such pictures can be put into these layers.

        Raises:
            ValueError: they cannot, or nothing would be left of them, or far too much.
        """
        if not isinstance(data, ImageData):
            raise ValueError("a `model` of kind layers takes pictures")
        is_flat = False
        for number, (layer, before, after) in enumerate(self.extents(data), start=1):
            is_flat = is_flat or isinstance(layer, Dense)
            if is_flat and isinstance(layer, Convolution | MaxPool):
                raise ValueError(f"layer {number} of the `model` comes after a dense one")
            if after.height < 1 or after.width < 1:
                size = f"{before.height} by {before.width}"
                raise ValueError(f"layer {number} of the `model` is too large for {size} pixels")
            if after.values > LARGEST_VALUES:
                raise ValueError(f"layer {number} of the `model` gives too many values")
        if self.elements(data) > LARGEST_ELEMENTS:
            raise ValueError("the `model` has too many weights")

    def elements(self, data: Data) -> int:
        """Return how many numbers the weights are."""
        assert isinstance(data, ImageData)  # noqa: S101 - it was checked
        count = 0
        last = Extent(data.channels, data.height, data.width)
        for layer, before, after in self.extents(data):
            match layer:
                case Convolution():
                    count += (before.channels * layer.kernel**2 + 1) * layer.filters
                case Dense():
                    count += (before.values + 1) * layer.width
            last = after
        return count + (last.values + 1) * data.outputs

    def extents(self, data: ImageData) -> Iterator[tuple[Layer, Extent, Extent]]:
        """Yield each layer with what it is given and what it gives."""
        before = Extent(data.channels, data.height, data.width)
        for layer in self.layers:
            after = _after(layer, before)
            yield layer, before, after
            before = after


def _after(layer: Layer, before: Extent) -> Extent:
    match layer:
        case Convolution(padding="same"):
            return before._replace(channels=layer.filters)
        case Convolution():
            lost = layer.kernel - 1
            return Extent(layer.filters, before.height - lost, before.width - lost)
        case MaxPool():
            return Extent(before.channels, before.height // layer.size, before.width // layer.size)
        case Dense():
            return Extent(layer.width, 1, 1)
    return before
