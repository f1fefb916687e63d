"""What a table must hold for a task: its input columns and the outcome to predict."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from disco_desktop.engine.task.outcome import ColumnName, Label, Outcome


class NumericColumn(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="numeric"
):
    """A column of numbers, standardised to (value - center) / scale.

    Attributes:
        missing: what an empty cell becomes: the column's center, zero, or a problem.
        center, scale: declared by the task so that all participants agree; where they are not,
            each participant fits them on its own training part.
    """

    name: ColumnName
    description: Annotated[str, Meta(max_length=500)] = ""
    missing: Literal["center", "zero", "refuse"] = "center"
    center: float | None = None
    scale: Annotated[float, Meta(gt=0)] | None = None


class CategoryColumn(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="category"
):
    """A column with one of several values that have no order, for instance a kind of pain.

    The values are declared, so that all participants see the same one in the same place.

    Attributes:
        values: as they stand in the file.
        labels: what a person calls them, in the same order; the values themselves where empty.
        missing: what an empty cell becomes, and one with a value that is not among these: a place
            of its own, or a problem.
        embedding: numbers that are learnt for each value; one-hot where it is None.
    """

    name: ColumnName
    description: Annotated[str, Meta(max_length=500)] = ""
    values: Annotated[tuple[Label, ...], Meta(min_length=2, max_length=10_000)]
    labels: Annotated[tuple[Label, ...], Meta(max_length=10_000)] = ()
    missing: Literal["own", "refuse"] = "own"
    embedding: Annotated[int, Meta(ge=1, le=1_024)] | None = None

    @property
    def places(self) -> int:
        """How many different cells there are: the values, and none of them where that may be."""
        return len(self.values) + (self.missing == "own")

    def __post_init__(self) -> None:
        if len(set(self.values)) < len(self.values):
            raise ValueError("two `values` are the same")
        if self.labels and len(self.labels) != len(self.values):
            raise ValueError("`values` and `labels` differ in length")


Column: TypeAlias = NumericColumn | CategoryColumn


class TabularData(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="tabular"
):
    """Rows of a CSV, Parquet or Excel file.

    Attributes:
        group: a column whose rows must stay together in the split, for instance the patient.
    """

    inputs: Annotated[tuple[Column, ...], Meta(min_length=1, max_length=4096)]
    outcome: Outcome
    group: ColumnName | None = None

    @property
    def features(self) -> int:
        """Width of a prepared sample: a learnt category is one number, the place of its value."""
        return sum(_width(column) for column in self.inputs)

    @property
    def embeddings(self) -> dict[int, CategoryColumn]:
        """Where in a prepared sample the place of a category stands that numbers are learnt for."""
        found: dict[int, CategoryColumn] = {}
        place = 0
        for column in self.inputs:
            if isinstance(column, CategoryColumn) and column.embedding is not None:
                found[place] = column
            place += _width(column)
        return found

    @property
    def predicts(self) -> str:
        """What a person calls that which is predicted."""
        return self.outcome.name

    @property
    def labels(self) -> tuple[str, ...]:
        """What a person calls the values that can be predicted; none where numbers are."""
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
        names = [column.name for column in self.inputs]
        if len(set(names)) < len(names):
            raise ValueError("two `inputs` have the same name")
        if self.outcome.name in names:
            raise ValueError("the `outcome` is also among the `inputs`")


def _width(column: Column) -> int:
    """Return how many numbers a prepared sample has for a column."""
    match column:
        case CategoryColumn(embedding=None):
            return column.places
    return 1
