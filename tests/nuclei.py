"""A task that predicts a number: the area of cell nuclei, from other measures of real ones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import StoredModel
from disco_desktop.engine.task.outcome import NumericOutcome
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from disco_desktop.engine.client.client import LocalClient
    from disco_desktop.engine.task.task import Task

PATH = resource("tasks", "breast_cancer", "sample")
OUTCOME = NumericOutcome(name="area_mean", unit="µm²", center=655.0, scale=352.0)


def nuclei_task() -> Task:
    """A task with the outcome among the columns of the breast cancer table."""
    task = task_provider("breast_cancer").get_task()
    inputs = tuple(column for column in task.data.inputs if not column.name.startswith("area"))
    data = msgspec.structs.replace(task.data, inputs=inputs, outcome=OUTCOME)
    return msgspec.structs.replace(task, id="nuclei", data=data)


def nuclei_client(task: Task) -> LocalClient:
    from disco_desktop.engine.client.client import LocalClient
    from disco_desktop.engine.models.initialise import initial_weights

    return LocalClient(initial_weights(task, seed=0))


def untrained_nuclei() -> StoredModel:
    """A model that has learnt nothing, made without torch: what it says is as good as any."""
    task = nuclei_task()
    return StoredModel(
        record=ModelRecord(
            id="fedcba9876543210",
            name="Nuclei",
            task_id=task.id,
            task_title=task.display.title,
            created="2025-01-02T03:04:05Z",
            scheme="local",
            rounds=1,
            epochs=1,
        ),
        task=task,
        preprocessing=load_dataset(task, PATH).preprocessing,
        history=History(),
        weights=_drawn_weights(task),
    )


def _drawn_weights(task: Task) -> Weights:
    widths = [task.data.features, *task.model.hidden, task.data.outputs]
    names, shapes = [], []
    for number, (before, after) in enumerate(pairwise(widths), start=1):
        names += [f"dense{number}.weight", f"dense{number}.bias"]
        shapes += [(after, before), (after,)]
    weights = Weights.zeros(Manifest(names=tuple(names), shapes=tuple(shapes)))
    weights.buffer[:] = np.random.default_rng(1).normal(scale=0.2, size=len(weights.buffer))
    return weights
