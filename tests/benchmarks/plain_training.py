"""The plain PyTorch loop that everybody writes, for the Titanic's network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.samples import Dataset


class PlainTraining:
    """Shuffle, gather, step, and note each batch's loss; validate after each epoch.

    Nothing else is done: no accuracy of batches, no events, no checkpoints, no pause, no check that
    the loss is finite.
    """

    def __init__(self, dataset: Dataset, *, batch_size: int, learning_rate: float) -> None:
        training, validation = dataset.training, dataset.validation
        self.features = torch.from_numpy(training.features)
        self.targets = torch.from_numpy(training.targets)
        self.validation = torch.from_numpy(validation.features)
        self.truth = torch.from_numpy(validation.targets)
        self.batch_size = batch_size
        self.losses: list[float] = []
        self.network = nn.Sequential(
            nn.Linear(training.features.shape[1], 124),
            nn.ReLU(),
            nn.Linear(124, 64),
            nn.ReLU(),
            nn.Linear(64, 32),
            nn.ReLU(),
            nn.Linear(32, 1),
        )
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=learning_rate, fused=True)

    def train_epoch(self) -> tuple[float, float]:
        """Train on all samples once; return validation loss and accuracy."""
        self.network.train()
        for rows in torch.randperm(len(self.targets)).split(self.batch_size):
            self.optimizer.zero_grad()
            logits = self.network(self.features.index_select(0, rows)).squeeze(1)
            loss = binary_cross_entropy_with_logits(logits, self.targets.index_select(0, rows))
            loss.backward()
            self.optimizer.step()
            self.losses.append(loss.item())
        self.network.eval()
        with torch.no_grad():
            logits = self.network(self.validation).squeeze(1)
            loss = binary_cross_entropy_with_logits(logits, self.truth)
            right = ((logits > 0) == (self.truth > 0.5)).sum()
        return loss.item(), right.item() / len(self.truth)
