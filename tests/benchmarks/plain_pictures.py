"""The plain PyTorch loop that everybody writes, for MNIST's network and pictures in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.functional import cross_entropy

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.samples import Dataset, Samples


class PlainPictures:
    """Shuffle, gather, step, and note each batch's loss; validate after each epoch.

    All pictures are in memory as float32 already.
    """

    def __init__(self, dataset: Dataset, *, batch_size: int, learning_rate: float) -> None:
        self.features, self.targets = _tensors(dataset.training)
        self.validation, self.truth = _tensors(dataset.validation)
        self.batch_size = batch_size
        self.losses: list[float] = []
        self.network = nn.Sequential(
            nn.Conv2d(3, 8, 5), nn.ReLU(), nn.Conv2d(8, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Dropout(0.25), nn.Flatten(), nn.Linear(1600, 32), nn.ReLU(), nn.Linear(32, 10),
        )  # fmt: skip
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=learning_rate, fused=True)

    def train_epoch(self) -> float:
        """Train on all pictures once; return the validation accuracy."""
        self.network.train()
        for rows in torch.randperm(len(self.targets)).split(self.batch_size):
            self.optimizer.zero_grad()
            loss = cross_entropy(self.network(self.features[rows]), self.targets[rows])
            loss.backward()
            self.optimizer.step()
            self.losses.append(loss.item())
        self.network.eval()
        with torch.no_grad():
            right = (self.network(self.validation).argmax(dim=1) == self.truth).sum()
        return right.item() / len(self.truth)


def _tensors(samples: Samples) -> tuple[torch.Tensor, torch.Tensor]:
    pixels = torch.from_numpy(samples.features[samples.places]).permute(0, 3, 1, 2)
    return pixels.float().div(255).contiguous(), torch.from_numpy(samples.targets)
