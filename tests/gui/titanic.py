"""Data of the Titanic, good and broken, and a model of it that was made without torch."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from disco_desktop.engine.dataset.preprocessing import NumericPreparation, Preprocessing
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import StoredModel
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights
from disco_desktop.resource_files import resource

SAMPLE = resource("tasks", "titanic", "sample")
TASK = task_provider("titanic").get_task()
MODEL = "0123456789abcdef"

# Four of ten rows cannot be used: lines 3, 6, 7 and 10.
BROKEN = """Age,SibSp,Parch,Fare,Pclass,Survived
22,1,0,7.25,3,0
x,1,0,71.28,1,1
26,0,0,7.925,3,1
,0,0,8.05,3,0
35,0,0,8.05,3,maybe
"unclosed,0,0,1,1,1
54,0,0,51.86,1,0
2,3,1,21.075,3,0
27,0,2,"11,13",3,1
14,1,0,30.07,2,1
"""


def titanic_model(name: str = "Titanic", *, model_id: str = MODEL) -> StoredModel:
    """Return a model that has learnt nothing; what it says is neither always right nor wrong."""
    widths = [5, 124, 64, 32, 1]
    names, shapes = [], []
    for number, (before, after) in enumerate(pairwise(widths), start=1):
        names += [f"dense{number}.weight", f"dense{number}.bias"]
        shapes += [(after, before), (after,)]
    weights = Weights.zeros(Manifest(names=tuple(names), shapes=tuple(shapes)))
    draws = np.random.default_rng(1)
    weights.buffer[:] = draws.normal(scale=0.2, size=len(weights.buffer))
    return StoredModel(
        record=ModelRecord(
            id=model_id,
            name=name,
            task_id=TASK.id,
            task_title=TASK.display.title,
            created="2026-01-02T03:04:05+00:00",
            scheme="federated",
            rounds=5,
            epochs=10,
            participants=3,
        ),
        task=TASK,
        preprocessing=Preprocessing(
            columns=tuple(
                NumericPreparation(
                    name=column.name,
                    center=column.center or 0.0,
                    scale=column.scale or 1.0,
                    fill=column.center,
                )
                for column in TASK.data.inputs
            )
        ),
        history=History(),
        weights=weights,
    )
