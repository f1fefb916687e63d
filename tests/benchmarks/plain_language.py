"""The plain PyTorch loop that everybody writes, for a GPT network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import cross_entropy

from disco_desktop.engine.models.gpt import GPTNetwork
from disco_desktop.engine.models.network import build_network
from disco_desktop.engine.models.objective import LanguageObjective

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.task.task import Task


class PlainLanguageTraining:
    """All logits at once, in float32, and no accuracy of batches.

    Args:
        change: one thing that is done as our own loop does it; empty for none.
    """

    def __init__(self, task: Task, dataset: Dataset, *, change: str = "") -> None:
        network = build_network(task)
        assert isinstance(network, GPTNetwork)
        self.network = network
        self.blocks = torch.from_numpy(dataset.training.features[dataset.training.places])
        self.batch_size = task.training.batch_size
        self.optimizer = torch.optim.Adam(
            network.parameters(), lr=task.training.optimizer.learning_rate, fused=change == "fused"
        )
        self.objective: LanguageObjective | None = None
        if change.startswith("pieces"):
            self.objective = LanguageObjective(network)
            self.objective.precision = torch.bfloat16 if change == "pieces16" else torch.float32

    def step(self) -> float:
        """Train on a batch of random blocks; return the loss."""
        blocks = self.blocks[torch.randint(len(self.blocks), (self.batch_size,))]
        self.optimizer.zero_grad()
        known = self.network(blocks)
        if self.objective is not None:
            loss = self.objective.loss(known, blocks)
        else:
            logits = self.network.head(known)
            loss = cross_entropy(logits.flatten(0, 1), blocks[:, 1:].long().flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return loss.item()
