"""The two models whose exchange is measured, as tasks with weights and updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.task.task import SecureAggregation
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task

ELEMENTS = {"titanic": 10_857, "100 MB": 25_000_000}
ROUNDS = 100_000  # more than anybody measures


def manifest_of(elements: int) -> Manifest:
    """Return the manifest of a model with so many values."""
    return Manifest(names=("weight",), shapes=((elements,),))


def first_weights(elements: int) -> Weights:
    """Return the weights that all begin from."""
    return Weights.zeros(manifest_of(elements))


def update_of(elements: int, *, seed: int) -> Weights:
    """Return a participant's fixed update: of the size that training makes, different for each."""
    values = np.random.default_rng(seed).standard_normal(elements, np.float32)
    values *= np.float32(1e-3)
    return Weights(manifest_of(elements), values)


def task_for(participants: int) -> Task:
    """Return a task whose rounds close when all participants have contributed."""
    task = task_provider("titanic").get_task()
    return msgspec.structs.replace(
        task,
        training=msgspec.structs.replace(task.training, epochs=ROUNDS, round_duration=1),
        collaboration=msgspec.structs.replace(
            task.collaboration, minimum_participants=participants, weighting="equal"
        ),
    )


def peer_task_for(peers: int, *, is_secure: bool) -> Task:
    """Return the same among peers, without a server that sees what they contribute."""
    task = task_for(peers)
    settings = {"aggregation": SecureAggregation()} if is_secure else {}
    return msgspec.structs.replace(
        task,
        collaboration=msgspec.structs.replace(
            task.collaboration, scheme="decentralized", **settings
        ),
    )
