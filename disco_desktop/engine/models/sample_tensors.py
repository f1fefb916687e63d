"""Samples on their way to the device that a network runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
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
# Of texts fewer, since each of their numbers is a token that a network makes many numbers of.
_MOST_TOKENS = 8_192


class SampleTensors:
    """Features (n, ...) and, where they are known, targets (n, ...) by row.

    Args:
        features: of these samples, or of these among others.
        targets: of these samples, in order; or the features themselves, as of texts.
        device: where batches are handed out.
        places: where each sample's own features are; None where they are in order.
    """

    def __init__(
        self,
        features: NDArray[Any],
        targets: NDArray[Any] | None,
        device: torch.device,
        *,
        places: NDArray[np.int64] | None = None,
    ) -> None:
        self.device = device
        each = features.nbytes // max(len(features), 1)
        self._count = len(features if places is None else places)
        self._is_whole = each * self._count <= LARGEST_WHOLE
        is_text = features.dtype == np.uint16
        self._is_own_target = targets is features
        if self._is_whole and places is not None:
            features, places = features[places], None
        largest = _MOST_TOKENS * features.itemsize if is_text else _PIECE
        self._piece = max(1, min(MOST_IN_PIECE, largest // max(each, 1)))
        place = device if self._is_whole else torch.device("cpu")
        self._features = torch.from_numpy(features).to(place)
        self._places = None if places is None else torch.from_numpy(places)
        self._targets = None
        if self._is_own_target:
            self._targets = self._features
        elif targets is not None:
            self._targets = torch.from_numpy(targets).to(place)

    def __len__(self) -> int:
        return self._count

    def take(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return features and targets of the samples at these rows, int64 (n,), on the device."""
        if self._targets is None:
            raise ValueError("samples without targets cannot be learnt from")
        if self._is_own_target:
            texts = self._at(rows if self._is_whole else rows.cpu()).to(self.device)
            return texts, texts
        if self._is_whole:
            return self._features.index_select(0, rows), self._targets.index_select(0, rows)
        rows = rows.cpu()
        features, targets = self._at(rows), self._targets[rows]
        return features.to(self.device), targets.to(self.device)

    def targets_at(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the targets of the samples at these rows, on the device."""
        if self._targets is None:
            raise ValueError("samples without targets cannot be learnt from")
        return self._targets.index_select(0, rows.to(self._targets.device)).to(self.device)

    def features(self, start: int, end: int) -> torch.Tensor:
        """Return the features of the samples from `start` to before `end`, on the device."""
        if self._places is None:
            return self._features[start:end].to(self.device)
        return self._features[self._places[start:end]].to(self.device)

    def _at(self, rows: torch.Tensor) -> torch.Tensor:
        return self._features[rows if self._places is None else self._places[rows]]

    def targets(self, start: int, end: int) -> torch.Tensor | None:
        """Return the targets of those samples, on the device; None where they are not known."""
        return None if self._targets is None else self._targets[start:end].to(self.device)

    def pieces(self) -> Iterator[tuple[torch.Tensor, torch.Tensor | None]]:
        """Yield all samples in order, as features and targets on the device; at least one piece."""
        for start in range(0, max(len(self), 1), self._piece):
            end = min(start + self._piece, len(self))
            features = self.features(start, end)
            yield features, features if self._is_own_target else self.targets(start, end)
