"""Samples on their way to the device that a network runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# Bytes of samples that are put on the device as a whole. More stay where they are, often in a
# memory-mapped file, and only a batch at a time is copied out of it.
LARGEST_WHOLE = 256 << 20
# Bytes of samples that a network is run on at once where it is not trained: many enough samples
# to be fast, few enough for any memory, since a network's own values are many times as many.
_PIECE = 2 << 20
MOST_IN_PIECE = 4096


class SampleTensors:
    """Features (n, ...) and, where they are known, targets (n, ...) by row.

    Attributes:
        device: where batches are handed out.
    """

    def __init__(
        self, features: NDArray[Any], targets: NDArray[Any] | None, device: torch.device
    ) -> None:
        self.device = device
        self._is_whole = features.nbytes <= LARGEST_WHOLE
        place = device if self._is_whole else torch.device("cpu")
        self._features = torch.from_numpy(features).to(place)
        self._targets = None if targets is None else torch.from_numpy(targets).to(place)

    def __len__(self) -> int:
        return len(self._features)

    def take(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return features and targets of the samples at these rows, int64 (n,), on the device."""
        if self._targets is None:
            raise ValueError("samples without targets cannot be learnt from")
        if self._is_whole:
            return self._features.index_select(0, rows), self._targets.index_select(0, rows)
        rows = rows.cpu()
        features, targets = self._features[rows], self._targets[rows]
        return features.to(self.device), targets.to(self.device)

    def pieces(self) -> Iterator[tuple[torch.Tensor, torch.Tensor | None]]:
        """Yield all samples in order, as features and targets on the device; at least one piece."""
        each = self._features.nbytes // max(len(self), 1)
        size = max(1, min(MOST_IN_PIECE, _PIECE // max(each, 1)))
        for start in range(0, max(len(self), 1), size):
            piece = slice(start, start + size)
            targets = None if self._targets is None else self._targets[piece].to(self.device)
            yield self._features[piece].to(self.device), targets
