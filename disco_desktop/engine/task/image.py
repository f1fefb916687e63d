"""What pictures must be for a task: their size, how they are brought to it, what they show."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from disco_desktop.engine.task.outcome import ClassifiedOutcome

Side: TypeAlias = Annotated[int, Meta(ge=8, le=1_024)]


class FolderGroup(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="folder"
):
    """Pictures of one folder belong together, for instance a patient's.

    Attributes:
        level: which folder below the label's, counted from one.
    """

    level: Annotated[int, Meta(ge=1, le=16)] = 1


class NameGroup(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="name"
):
    """Pictures whose file names begin alike belong together: `p17` in `p17_left_2.png`.

    Attributes:
        separator: what the parts of a name are divided by.
        parts: how many parts name the group.
    """

    separator: Annotated[str, Meta(min_length=1, max_length=8)] = "_"
    parts: Annotated[int, Meta(ge=1, le=16)] = 1


class ImageData(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="image"
):
    """Pictures in folders named by their label, or named by a CSV file.

    Attributes:
        height, width: pixels of a picture as the network sees it.
        channels: 3 for colour, 1 for grey.
        resize: `fit` puts the whole picture on black, `crop` cuts from its middle, `stretch`
            changes its proportions.
        mean, deviation: of each channel, on a scale from 0 to 1; the network sees
            (value - mean) / deviation.
        outcome: what a picture shows; its values name the folders.
        group: which pictures must stay on one side of the split.
    """

    height: Side
    width: Side
    channels: Literal[1, 3] = 3
    resize: Literal["fit", "crop", "stretch"] = "fit"
    mean: tuple[float, ...] = ()
    deviation: tuple[Annotated[float, Meta(gt=0)], ...] = ()
    outcome: ClassifiedOutcome
    group: FolderGroup | NameGroup | None = None

    @property
    def predicts(self) -> str:
        """What a person calls that which is predicted."""
        return self.outcome.name

    @property
    def labels(self) -> tuple[str, ...]:
        """What a person calls the values that can be predicted."""
        return self.outcome.labels

    @property
    def values(self) -> tuple[str, ...]:
        """The same, as they stand in the data."""
        return self.outcome.values

    @property
    def outputs(self) -> int:
        """Width of what the network predicts."""
        return self.outcome.outputs

    def __post_init__(self) -> None:
        for name, values in (("mean", self.mean), ("deviation", self.deviation)):
            if len(values) not in (0, self.channels):
                raise ValueError(f"`{name}` has {len(values)} numbers for {self.channels} channels")
