"""The commands on a model that predicts numbers."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from disco_desktop.cli.training import figures
from disco_desktop.engine.events import Metrics
from disco_desktop.engine.memory.disk_memory import DiskMemory
from tests.nuclei import PATH, untrained_nuclei

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCO_HOME", str(tmp_path))
    DiskMemory(tmp_path / "memory").save(untrained_nuclei())
    return tmp_path


def test_a_test_tells_errors_in_the_outcomes_unit(home: Path, run: Run) -> None:
    ended = run("test", "Nuclei", "--data", PATH, "--json", home / "test.json")
    assert ended.code == 0, ended.error
    result = json.loads((home / "test.json").read_text())
    assert set(result) == {
        "model", "task", "samples", "loss", "accuracy", "outcome", "unit",
        "mean_absolute_error", "root_mean_squared_error", "r2",
        "rows", "left_out", "left_out_by_outcome", "used_by_outcome", "problems",
    }  # fmt: skip
    assert result["accuracy"] is None
    assert result["unit"] == "µm²"
    assert result["root_mean_squared_error"] == pytest.approx(352 * result["loss"] ** 0.5, rel=1e-4)
    assert f"{result['mean_absolute_error']:.4g} µm² away" in ended.out
    assert "accuracy" not in ended.out


def test_numbers_are_predicted_into_a_file(home: Path, run: Run) -> None:
    ended = run("predict", "Nuclei", "--data", PATH, "--out", home / "out.csv")
    assert ended.code == 0, ended.error
    with (home / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 569
    assert "probability" not in rows[0]
    assert len({float(row["prediction"]) for row in rows}) > 500


def test_a_model_without_an_accuracy_is_listed_and_shown(home: Path, run: Run) -> None:
    assert "Nuclei" in run("models").out
    assert run("models", "show", "Nuclei").code == 0
    shown = figures(Metrics(loss=0.25, accuracy=None, samples=5))
    assert shown == "loss 0.2500"
