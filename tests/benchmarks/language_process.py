"""A process that trains gpt-nano for some steps, validates, and prints its peak memory in MB."""

from __future__ import annotations

import torch

from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.models.network import build_network
from disco_desktop.engine.models.objective import build_objective
from disco_desktop.engine.training.learner import Learner
from disco_desktop.engine.training.peak_memory import peak_memory

STEPS = 4


def main() -> None:
    """Train and validate as a participant does."""
    provider = task_provider("wikitext")
    task = provider.get_task()
    dataset = load_dataset(task, provider.sample_data())
    network = build_network(task)
    learner = Learner(
        network,
        build_objective(task, network),
        task.training.optimizer,
        dataset,
        torch.device("cpu"),
        largest_gradient=task.training.largest_gradient,
    )
    order = torch.randperm(len(dataset.training))
    for rows in order.split(task.training.batch_size)[:STEPS]:
        learner.step(rows)
    learner.validate()
    print(peak_memory() / 1e6)


if __name__ == "__main__":
    main()
