"""The names that `disco_desktop.engine` offers, and the scripts that show how to use them."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from disco_desktop import engine
from disco_desktop.engine import DiscoError, load_arrays, network_task

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = sorted((CHECKOUT / "docs" / "examples").glob("*.py"))
NAMES = [
    "Aggregator", "DecentralizedClient", "Disco", "DiscoError", "DiskMemory", "FederatedClient",
    "LocalClient", "MeanAggregator", "Memory", "NoMemory", "SecureAggregator", "ServerAddress",
    "Share", "Task", "Trainer", "TrainingResult", "TrainingSettings", "Validator", "Weights",
    "check_data", "find_task", "load_arrays", "load_dataset", "load_labelled", "load_unlabelled",
    "network_task", "read_task", "read_weights", "task_provider",
]  # fmt: skip


def test_the_public_names_are_these() -> None:
    assert sorted(engine.__all__) == NAMES
    assert dir(engine) == engine.__all__
    for name in NAMES:
        value = getattr(engine, name)
        home = importlib.import_module(value.__module__)
        assert getattr(home, name) is value


def test_another_name_is_none() -> None:
    with pytest.raises(AttributeError, match="nobody"):
        engine.nobody  # noqa: B018


def test_torch_comes_with_what_trains_and_with_nothing_else() -> None:
    script = """
import sys
from disco_desktop.engine import DiskMemory, FederatedClient, find_task, load_dataset
find_task("titanic")
assert "torch" not in sys.modules
from disco_desktop.engine import Disco
assert "torch" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(script: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    shares = [float(line.rpartition(" ")[2].rstrip("%")) for line in done.stdout.splitlines()
              if line.startswith("accuracy")]  # fmt: skip
    assert shares
    assert min(shares) > 60


def test_the_examples_are_all_there() -> None:
    assert [path.stem for path in EXAMPLES] == [
        "own_network", "own_task", "three_participants", "titanic_alone", "use_a_model",
    ]  # fmt: skip


async def test_another_network_cannot_join() -> None:
    from torch import nn

    task = network_task("lines", nn.Linear(2, 1), columns=["x", "y"], labels=["no", "yes"])
    points = np.random.default_rng(1).normal(size=(60, 2))
    dataset = load_arrays(task, points, (points[:, 0] > 0).astype(float))
    with pytest.raises(DiscoError) as missing:
        engine.Disco(task, dataset)
    assert missing.value.code == "own_network_missing"
    with pytest.raises(DiscoError) as differs:
        engine.Disco(task, dataset, network=nn.Linear(3, 1))
    assert differs.value.code == "own_network_differs"
    result = await engine.Disco(task, dataset, network=nn.Linear(2, 1)).fit()
    assert result.is_complete
    assert result.weights.manifest.elements == task.elements == 3


@pytest.mark.parametrize(("rows", "columns"), [(60, 3), (59, 2)])
def test_arrays_of_other_shapes_are_refused(rows: int, columns: int) -> None:
    from torch import nn

    task = network_task("lines", nn.Linear(2, 1), columns=["x", "y"], labels=["no", "yes"])
    with pytest.raises(DiscoError) as refused:
        load_arrays(task, np.zeros((rows, columns)), np.arange(60) % 2)
    assert refused.value.code == "arrays_do_not_fit"
