"""Draw tasks' initial weights: `python -m disco_desktop.engine.models.initialise SEED PATH...`.

The tasks come as JSON on standard input, one a line for each path. It runs as a child process, so
that whoever needs the weights needs no torch.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from disco_desktop.engine.models.backbone import BackboneNetwork
from disco_desktop.engine.models.network import build_network, read_weights
from disco_desktop.engine.models.pretrained import load_pretrained
from disco_desktop.engine.task.backbone import EfficientNetLite0
from disco_desktop.engine.task.task import decode_task
from disco_desktop.engine.weights.model_file import write_model

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.weights import Weights


def initial_weights(task: Task, *, seed: int) -> Weights:
    """Return the weights of the task's network as torch initialises it under a seed.

    A frozen backbone of which this machine has pretrained weights begins with those.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_network(task)
    if isinstance(network, BackboneNetwork) and isinstance(task.model, EfficientNetLite0):
        load_pretrained(task.model, network)
    return read_weights(network)


def write_initial_weights(task: Task, path: Path, *, seed: int) -> None:
    """Write a task's initial weights, with its digest in the metadata.

    Raises:
        OSError: they could not be written.
    """
    metadata = {"task_digest": task.digest, "seed": str(seed)}
    write_model(path, initial_weights(task, seed=seed), metadata)


def main(seed: str, *paths: str) -> None:
    """Read the tasks and write the initial weights of each."""
    lines = sys.stdin.buffer.read().splitlines()
    for line, path in zip(lines, paths, strict=True):
        write_initial_weights(decode_task(line), Path(path), seed=int(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
