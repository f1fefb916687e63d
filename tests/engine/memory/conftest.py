"""A model of the Titanic task, and a memory of its own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from disco_desktop.engine.dataset.preprocessing import NumericPreparation, Preprocessing
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.events import EpochTrained, Metrics, RoundEnded
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.record import History, ModelRecord, new_model_id
from disco_desktop.engine.memory.stored_model import StoredModel
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from pathlib import Path

METRICS = Metrics(loss=0.5, accuracy=0.75, samples=186)
MANIFEST = Manifest(names=("dense1.weight", "dense1.bias"), shapes=((2, 3), (2,)))


def history(epochs: int) -> History:
    return History(
        epochs=[
            EpochTrained(
                round=1,
                epoch=epoch,
                epochs=epochs,
                training=METRICS,
                validation=METRICS,
                seconds=0.1,
                peak_memory=1,
            )
            for epoch in range(1, epochs + 1)
        ],
        rounds=[
            RoundEnded(
                round=1,
                rounds=1,
                model_round=1,
                participants=2,
                validation=METRICS,
                seconds=1.0,
                waited=0.5,
                is_counted=True,
            )
        ],
    )


def stored_model(name: str = "Titanic", *, created: str = "2026-01-02T03:04:05+00:00", fill=0.0):
    weights = Weights.zeros(MANIFEST)
    weights.buffer[:] = fill
    return StoredModel(
        record=ModelRecord(
            id=new_model_id(),
            name=name,
            task_id="titanic",
            task_title="Titanic",
            created=created,
            scheme="federated",
            rounds=1,
            epochs=3,
            participants=2,
            metrics=METRICS,
        ),
        task=task_provider("titanic").get_task(),
        preprocessing=Preprocessing(
            columns=(NumericPreparation(name="Age", center=30.0, scale=0.1 + 0.2, fill=30.0),)
        ),
        history=history(3),
        weights=weights,
    )


@pytest.fixture
def memory(tmp_path: Path) -> DiskMemory:
    return DiskMemory(tmp_path / "memory")
