"""What a table must hold for a task: its input columns and the outcome to predict."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from disco_desktop.engine.task.outcome import ClassifiedOutcome, ColumnName


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


Column: TypeAlias = NumericColumn


class TabularData(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="tabular"
):
    """Rows of a CSV, Parquet or Excel file.

    Attributes:
        group: a column whose rows must stay together in the split, for instance the patient.
    """

    inputs: Annotated[tuple[Column, ...], Meta(min_length=1, max_length=4096)]
    outcome: ClassifiedOutcome
    group: ColumnName | None = None

    @property
    def features(self) -> int:
        """Width of a sample as the network sees it."""
        return len(self.inputs)

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
        names = [column.name for column in self.inputs]
        if len(set(names)) < len(names):
            raise ValueError("two `inputs` have the same name")
        if self.outcome.name in names:
            raise ValueError("the `outcome` is also among the `inputs`")
