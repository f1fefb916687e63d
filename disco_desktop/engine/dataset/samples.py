"""Samples as the network takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class Samples:
    """Rows that were checked and prepared.

    Attributes:
        features: float32 (n, f), C-contiguous, finite.
        targets: float32 (n,), 0 or 1 for a binary outcome; None where the outcome is not known.
        rows: int64 (n,), numbers of the data rows they come from, from one; over several files
            they go on from file to file.
    """

    features: npt.NDArray[np.float32]
    targets: npt.NDArray[np.float32] | None
    rows: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.features)
