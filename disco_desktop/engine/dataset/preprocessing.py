"""How a column's numbers become what the network sees; the state of it travels with the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import numpy as np
from msgspec import Meta, Struct

from disco_desktop.engine.errors import DataError
from disco_desktop.engine.task.tabular import CategoryColumn, TabularData

if TYPE_CHECKING:
    import numpy.typing as npt

    from disco_desktop.engine.task.data import Data
    from disco_desktop.engine.task.tabular import Column

LARGEST_FEATURE = 1e6  # scales away from the center; more would only make the training diverge


class NumericPreparation(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="numeric"
):
    """A number becomes (number - center) / scale; an empty cell counts as `fill`.

    Attributes:
        fill: None where the task refuses rows with an empty cell here.
    """

    name: str
    center: float
    scale: Annotated[float, Meta(gt=0)]
    fill: float | None


class CategoryPreparation(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="category"
):
    """A category becomes a one among zeros, or its place alone; one not known is the last.

    Attributes:
        places: how many there are, that of what is not known included.
        is_learnt: whether the network learns numbers for each place.
    """

    name: str
    places: Annotated[int, Meta(ge=1)]
    is_learnt: bool


Preparation: TypeAlias = NumericPreparation | CategoryPreparation


class Preprocessing(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The preparation of every input column, in the task's order."""

    columns: tuple[Preparation, ...]

    def apply(self, numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        """Prepare numbers (n, c), not-a-number where a cell is empty, as features (n, f)."""
        parts = [_prepared(column, numbers[:, place]) for place, column in enumerate(self.columns)]
        return np.ascontiguousarray(np.concatenate(parts, axis=1))

    def check_fits(self, data: TabularData) -> None:
        """Make sure that this is the preparation of a task's columns.

        Raises:
            DataError: the columns differ, in name or in order.
        """
        own = [column.name for column in self.columns]
        wanted = [column.name for column in data.inputs]
        if own != wanted:
            raise DataError("preprocessing_mismatch", model=own, task=wanted)


def fit(data: TabularData, numbers: npt.NDArray[np.float64]) -> Preprocessing:
    """Fit what the task does not declare on the training part, numbers (n, f)."""
    return Preprocessing(
        columns=tuple(
            _fit_column(column, numbers[:, place]) for place, column in enumerate(data.inputs)
        )
    )


def declared(data: Data) -> Preprocessing | None:
    """Return the preparation that a task declares as a whole; nothing where data must be seen."""
    if not isinstance(data, TabularData):
        return Preprocessing(columns=())  # all that happens to a picture or text stands in the task
    return None if undeclared(data) else fit(data, np.empty((0, len(data.inputs))))


def undeclared(data: TabularData) -> list[str]:
    """Return the names of the columns whose center or scale each participant fits."""
    return [
        column.name
        for column in data.inputs
        if not isinstance(column, CategoryColumn) and None in (column.center, column.scale)
    ]


def _prepared(column: Preparation, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Prepare one column (n,) as features (n, width)."""
    if isinstance(column, CategoryPreparation):
        places = np.where(np.isnan(values), column.places - 1, values).astype(np.int64)
        if column.is_learnt:
            return places[:, None].astype(np.float32)
        one_hot: npt.NDArray[np.float32] = np.zeros((len(places), column.places), np.float32)
        one_hot[np.arange(len(places)), places] = 1
        return one_hot
    if column.fill is not None:
        values = np.where(np.isnan(values), column.fill, values)
    with np.errstate(over="ignore"):
        scaled = (values - column.center) / column.scale
    clipped: npt.NDArray[np.float64] = np.clip(scaled, -LARGEST_FEATURE, LARGEST_FEATURE)
    return clipped[:, None].astype(np.float32)


def _fit_column(column: Column, values: npt.NDArray[np.float64]) -> Preparation:
    if isinstance(column, CategoryColumn):
        return CategoryPreparation(
            name=column.name, places=column.places, is_learnt=column.embedding is not None
        )
    known = values[~np.isnan(values)]
    center, scale = column.center, column.scale
    if center is None:
        center = float(known.mean()) if len(known) else 0.0
    if scale is None:
        scale = float(known.std()) if len(known) else 0.0
        # A column that never changes tells nothing, and must not be divided by nothing.
        scale = scale if scale > abs(center) * 1e-12 else 1.0
    fill = {"center": center, "zero": 0.0, "refuse": None}[column.missing]
    return NumericPreparation(name=column.name, center=center, scale=scale, fill=fill)
