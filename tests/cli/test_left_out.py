"""What is left out of a check, a training, a test or a prediction is told, with its effect."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

UNREADABLE = "n/d"


@pytest.fixture(scope="module")
def incomplete(passengers: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Return passengers of whom no survivor's class is readable, and how many survived."""
    with passengers.open(newline="") as file:
        rows = list(csv.DictReader(file))
    survivors = 0
    for row in rows:
        if row["Survived"] == "1":
            row["Pclass"] = UNREADABLE
            survivors += 1
    path = tmp_path_factory.mktemp("data") / "incomplete.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path, survivors


@pytest.fixture
def model(run: Run, passengers: Path) -> str:
    ended = run(
        *("train", "titanic", "--data", passengers, "--scheme", "local"),
        *("--epochs", "1", "--seed", "1", "--save", "one"),
    )
    assert ended.code == 0, ended.error
    return "one"


def test_a_test_tells_what_it_left_out_and_what_that_changes(
    run: Run, model: str, incomplete: tuple[Path, int]
) -> None:
    path, survivors = incomplete
    said = run("test", model, "--data", path).out
    assert f"{survivors} of 891 rows were left out" in said
    assert f"{891 - survivors}." in said
    assert f"survived {survivors} of {survivors}" in said
    assert "balance of the outcomes" in said
    assert "Pclass" in said  # the column to blame
    result = json.loads(run("test", model, "--data", path, "--json", "-").out)
    assert (result["rows"], result["left_out"]) == (891, survivors)
    assert result["samples"] == 891 - survivors
    assert set(result["left_out_by_outcome"].values()) == {0, survivors}
    assert any("Pclass" in problem["sentence"] for problem in result["problems"])


def test_nothing_is_said_where_nothing_is_left_out(run: Run, model: str, passengers: Path) -> None:
    said = run("test", model, "--data", passengers).out
    assert "left out" not in said
    result = json.loads(run("test", model, "--data", passengers, "--json", "-").out)
    assert (result["left_out"], result["left_out_by_outcome"]) == (0, {})


def test_a_prediction_and_a_check_tell_it_too(
    run: Run, model: str, incomplete: tuple[Path, int], tmp_path: Path
) -> None:
    path, survivors = incomplete
    said = run("predict", model, "--data", path, "--out", tmp_path / "said.csv").out
    assert f"{survivors} of 891 rows were left out" in said
    assert f"{891 - survivors} of 891 rows predicted" in said
    said = run("check", "titanic", "--data", path).out
    assert f"{survivors} of 891 rows were left out" in said
    assert f"survived {survivors} of {survivors}" in said


@pytest.mark.parametrize("command", ["train", "test", "predict"])
def test_a_refusal_comes_with_the_report_that_it_mentions(
    command: str, run: Run, model: str, passengers: Path, tmp_path: Path
) -> None:
    with passengers.open(newline="") as file:
        rows = list(csv.DictReader(file))[:30]
    path = tmp_path / "none.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "Pclass": UNREADABLE} for row in rows)
    what = "titanic" if command == "train" else model
    more = ["--out", tmp_path / "said.csv"] if command == "predict" else []
    ended = run(command, what, "--data", path, *more)
    assert ended.code == 1
    *report, last = ended.error.splitlines()
    assert any("Pclass" in line and "none.csv" in line for line in report)
    assert last.startswith("disco: ")
