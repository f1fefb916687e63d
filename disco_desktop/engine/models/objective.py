"""What a network is trained for, and how its answers are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name

if TYPE_CHECKING:
    from torch import Tensor


class BinaryObjective:
    """One logit a sample: above zero means the outcome's second value."""

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean binary cross-entropy; `logits` (n, 1), `targets` (n,) of 0 and 1."""
        return F.binary_cross_entropy_with_logits(logits.squeeze(1), targets)

    def count_right(self, logits: Tensor, targets: Tensor) -> int:
        """Return for how many samples the likelier outcome is the true one."""
        # In numpy, since torch takes more than twice as long for a few values, batch after batch.
        says_second = logits.detach().cpu().numpy()[:, 0] > 0
        return int(np.count_nonzero(says_second == (targets.cpu().numpy() > 0.5)))

    def probabilities(self, logits: Tensor) -> Tensor:
        """Return the probability of the outcome's second value, shape (n,)."""
        return torch.sigmoid(logits.squeeze(1))
