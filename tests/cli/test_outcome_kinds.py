"""Tasks that predict a number, or one of three kinds, through the whole program."""

from __future__ import annotations

import csv
import json
import random
from typing import TYPE_CHECKING

import pytest

from tests.plug_in import install

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("quick_children")


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the plug-in's tasks where this process finds what is installed."""
    place = tmp_path / "installed"
    place.mkdir()
    install(place, lengths="Lengths", kinds="Kinds")
    monkeypatch.syspath_prepend(place)


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    chance = random.Random(2)
    path = tmp_path / "flowers.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["length", "width", "area", "kind"])
        for number in range(300):
            kind = number % 3
            length, width = chance.gauss(2 + 2 * kind, 0.4), chance.gauss(1 + kind, 0.2)
            area = f"{0.75 * length * width:.3f}"
            writer.writerow([f"{length:.3f}", f"{width:.3f}", area, "abc"[kind]])
    return path


def test_a_number_is_trained_tested_and_predicted(run: Run, flowers: Path, tmp_path: Path) -> None:
    checked = run("check", "lengths", "--data", flowers)
    assert checked.code == 0, checked.error
    assert "on average" in checked.out
    file = tmp_path / "result.json"
    trained = run(
        *("train", "lengths", "--data", flowers, "--users", "2", "--seed", "3"),
        *("--epochs", "20", "--save", "areas", "--json", file),
    )
    assert trained.code == 0, trained.error
    participants = json.loads(file.read_text())["participants"]
    assert [one["global"]["accuracy"] for one in participants] == [None, None]
    assert participants[0]["global"]["loss"] < participants[0]["epochs"][0]["validation"]["loss"]
    tested = run("test", "areas", "--data", flowers, "--json", file)
    assert tested.code == 0, tested.error
    result = json.loads(file.read_text())
    assert result["r2"] > 0.8
    assert result["unit"] == "mm2"
    assert "accuracy" not in tested.out
    out = tmp_path / "out.csv"
    assert run("predict", "areas", "--data", flowers, "--out", out).code == 0
    with out.open(newline="") as predicted:
        away = [
            abs(float(row["prediction"]) - float(row["area"])) for row in csv.DictReader(predicted)
        ]
    assert sum(away) / len(away) == pytest.approx(result["mean_absolute_error"], rel=1e-3)
    assert "areas" in run("models").out


def test_three_kinds_are_told_apart(run: Run, flowers: Path, tmp_path: Path) -> None:
    trained = run(
        *("train", "kinds", "--data", flowers, "--scheme", "local", "--seed", "3"),
        *("--epochs", "20", "--save", "kinds"),
    )
    assert trained.code == 0, trained.error
    file = tmp_path / "result.json"
    tested = run("test", "kinds", "--data", flowers, "--json", file)
    assert tested.code == 0, tested.error
    result = json.loads(file.read_text())
    assert result["labels"] == ["setosa", "versicolor", "virginica"]
    assert result["accuracy"] > 0.85
    assert [one["samples"] for one in result["classes"]] == [100, 100, 100]
    assert result["classes"][0]["auc"] > 0.95
    assert "predicted virginica" in tested.out
    out = tmp_path / "out.csv"
    assert run("predict", "kinds", "--data", flowers, "--out", out).code == 0
    with out.open(newline="") as predicted:
        rows = list(csv.DictReader(predicted))
    assert {row["prediction"] for row in rows} == {"a", "b", "c"}
    right = sum(row["prediction"] == row["kind"] for row in rows)
    assert right / 300 == pytest.approx(result["accuracy"])
