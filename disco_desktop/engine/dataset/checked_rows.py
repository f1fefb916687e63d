"""The rows that passed every check, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


@dataclass(frozen=True)
class CheckedRows:
    """Usable rows, in the order of their file.

    Attributes:
        numbers: float64 (n, f), the input columns in the task's order; not-a-number where empty;
            of a category, the place of its value.
        outcomes: float64 (n,), position of the outcome's value, or the number that it is; not
            meaningful for a prediction.
        rows: int64 (n,), numbers of the data rows, going on from file to file.
        content: uint64 (n,), hash of each row's inputs and outcome.
        units: uint64 (n,), hash of what must stay together: the group, else the content.
    """

    numbers: npt.NDArray[np.float64]
    outcomes: npt.NDArray[np.float64]
    rows: npt.NDArray[np.int64]
    content: npt.NDArray[np.uint64]
    units: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, where: npt.NDArray[np.bool_]) -> CheckedRows:
        """Return some of the rows, in their order."""
        return CheckedRows(
            numbers=self.numbers[where],
            outcomes=self.outcomes[where],
            rows=self.rows[where],
            content=self.content[where],
            units=self.units[where],
        )


def join(parts: Sequence[CheckedRows], width: int) -> CheckedRows:
    """Put rows of `width` inputs together, part after part; of no parts, make no rows."""
    hashes = np.zeros(0, dtype=np.uint64)
    none = CheckedRows(
        numbers=np.zeros((0, width)),
        outcomes=np.zeros(0),
        rows=np.zeros(0, dtype=np.int64),
        content=hashes,
        units=hashes,
    )
    every = [none, *parts]
    return CheckedRows(
        numbers=np.concatenate([part.numbers for part in every]),
        outcomes=np.concatenate([part.outcomes for part in every]),
        rows=np.concatenate([part.rows for part in every]),
        content=np.concatenate([part.content for part in every]),
        units=np.concatenate([part.units for part in every]),
    )
