"""A network of one's own on one's own arrays, trained by two participants together."""

import asyncio

import numpy as np
from torch import nn

from disco_desktop.engine import Disco, load_arrays, network_task, read_weights
from disco_desktop.server import Server


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))


async def main() -> None:
    task = network_task(
        "rings", first := network(), columns=["x", "y"], labels=["inside", "outside"],
        epochs=20, learning_rate=0.01,
    )  # fmt: skip
    async with Server(task, weights={task.id: read_weights(first)}) as server:
        trainings = []
        for seed in (1, 2):
            points = np.random.default_rng(seed).uniform(-1, 1, (400, 2))
            is_outside = (np.hypot(*points.T) > 0.8).astype(float)
            dataset = load_arrays(task, points, is_outside)
            trainings.append(Disco(task, dataset, server.address, network=network()))
        results = await asyncio.gather(*(training.fit() for training in trainings))
    print(f"accuracy on points held out: {results[0].final_validation.accuracy:.1%}")


asyncio.run(main())
