"""What a task predicts of a sample."""

from __future__ import annotations

import math
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

ColumnName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Label: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]


class BinaryOutcome(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="binary"
):
    """One of two values, for instance whether a passenger survived.

    Attributes:
        name: the column that holds it; for pictures, what a person calls it.
        values: the two values as they stand in the file; the network predicts the second.
        labels: what a person calls them, in the same order.
    """

    name: ColumnName
    values: tuple[str, str]
    labels: tuple[str, str]

    @property
    def outputs(self) -> int:
        """Width of what the network predicts: one logit, above zero for the second value."""
        return 1

    def __post_init__(self) -> None:
        if self.values[0] == self.values[1]:
            raise ValueError("the two `values` must differ")


class ClassOutcome(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="classes"
):
    """One of several values, for instance which digit a picture shows.

    Attributes:
        name, values, labels: as of a binary outcome.
    """

    name: ColumnName
    values: Annotated[tuple[Label, ...], Meta(min_length=2, max_length=1_000)]
    labels: Annotated[tuple[Label, ...], Meta(min_length=2, max_length=1_000)]

    @property
    def outputs(self) -> int:
        """Width of what the network predicts: one logit a value."""
        return len(self.values)

    def __post_init__(self) -> None:
        if len(set(self.values)) < len(self.values):
            raise ValueError("two `values` are the same")
        if len(self.labels) != len(self.values):
            raise ValueError("`values` and `labels` differ in length")


class NumericOutcome(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="number"
):
    """A number, for instance how far a disease has come within a year.

    The network predicts (value - center) / scale; people read the value.

    Attributes:
        name: the column that holds it.
        unit: what stands behind the number, for instance mmHg; may be empty.
        center, scale: declared, so that all participants mean the same by what is predicted.
    """

    name: ColumnName
    unit: Annotated[str, Meta(max_length=40)] = ""
    center: float
    scale: Annotated[float, Meta(gt=0)]

    @property
    def outputs(self) -> int:
        """Width of what the network predicts: one number."""
        return 1

    @property
    def values(self) -> tuple[str, ...]:
        """None: any number may be predicted."""
        return ()

    @property
    def labels(self) -> tuple[str, ...]:
        """None, as of the values."""
        return ()

    def error(self, loss: float) -> float:
        """Return the root mean squared error in the outcome's unit that a mean loss stands for."""
        return math.sqrt(max(loss, 0.0)) * self.scale

    def __post_init__(self) -> None:
        if not math.isfinite(self.center) or not math.isfinite(self.scale):
            raise ValueError("`center` or `scale` is not a finite number")


ClassifiedOutcome: TypeAlias = BinaryOutcome | ClassOutcome
Outcome: TypeAlias = ClassifiedOutcome | NumericOutcome
