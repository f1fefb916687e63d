"""What can be done with a model: one is trained on a terminal, then tested, used and managed."""

from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.program import Ended, command, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

NAME = "Mine [red]"


def on_terminal(*arguments: str | Path, home: Path) -> Ended:
    """Run a command that believes somebody looks at it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments),
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**environment(home), "TERM": "xterm-256color", "COLUMNS": "120"},
    )
    os.close(theirs)
    shown = bytearray()
    with process:
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not block:
                break
            shown += block
        assert process.stderr is not None
        error = process.stderr.read().decode()
    os.close(ours)
    return Ended(process.returncode, shown.decode(), error)


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory, passengers: Path) -> tuple[Path, Ended]:
    """A home with one model in it, and how its training looked."""
    home = tmp_path_factory.mktemp("home")
    ended = on_terminal(
        "train", "titanic", "--data", passengers, "--scheme", "local", "--epochs", "4",
        "--seed", "5", "--save", NAME, "--json", home / "training.json", home=home,
    )  # fmt: skip
    assert ended.code == 0, ended.error
    return home, ended


@pytest.fixture
def home(training: tuple[Path, Ended], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home with the model, used by this test."""
    monkeypatch.setenv("DISCO_HOME", str(training[0]))
    return training[0]


def test_on_a_terminal_bars_move(training: tuple[Path, Ended]) -> None:
    _, ended = training
    assert "━" in ended.out
    assert "\x1b[" in ended.out
    assert "epoch 4 of 4" in ended.out
    assert "Validation accuracy" in ended.out
    assert NAME in ended.out
    assert ended.error == ""


def test_nothing_is_left_of_a_training_that_is_done(training: tuple[Path, Ended]) -> None:
    home, _ = training
    assert list((home / "trainings").iterdir()) == []
    assert list((home / "memory" / "checkpoints").iterdir()) == []


def test_the_model_is_tested(home: Path, run: Run, passengers: Path) -> None:
    ended = run("test", NAME, "--data", passengers, "--json", home / "test.json")
    assert ended.code == 0, ended.error
    result = json.loads((home / "test.json").read_text())
    assert set(result) == {
        "model", "task", "samples", "loss", "accuracy", "labels", "confusion",
        "classes", "mean_auc", "calibration_error", "reliability",
        "rows", "left_out", "left_out_by_outcome", "used_by_outcome", "problems",
    }  # fmt: skip
    assert result["samples"] == sum(map(sum, result["confusion"])) == 891
    right = result["confusion"][0][0] + result["confusion"][1][1]
    assert result["accuracy"] == pytest.approx(right / 891)
    assert result["accuracy"] > 0.6
    assert f"accuracy {100 * result['accuracy']:.1f} %" in ended.out
    assert "predicted survived" in ended.out
    died = result["classes"][0]
    assert died["recall"] == pytest.approx(result["confusion"][0][0] / 549)
    assert died["auc"] == pytest.approx(result["classes"][1]["auc"])
    assert 0.6 < result["mean_auc"] < 0.9
    assert sum(one["samples"] for one in result["reliability"]) == 891
    away = sum(
        one["samples"] * abs(one["accuracy"] - one["confidence"]) for one in result["reliability"]
    )
    assert result["calibration_error"] == pytest.approx(away / 891)
    assert f"calibration error {100 * result['calibration_error']:.1f} %" in ended.out


def test_the_model_predicts(home: Path, run: Run, passengers: Path, tmp_path: Path) -> None:
    with passengers.open(newline="") as file:
        known = list(csv.DictReader(file))
    unknown = tmp_path / "unknown.csv"
    with unknown.open("w", newline="") as file:
        writer = csv.DictWriter(file, [name for name in known[0] if name != "Survived"])
        writer.writeheader()
        for row in known[:50]:
            row = {name: cell for name, cell in row.items() if name != "Survived"}
            writer.writerow(row | {"Name": "=HYPERLINK(1)"})
    out = tmp_path / "out.csv"
    ended = run("predict", NAME, "--data", unknown, "--out", out)
    assert ended.code == 0, ended.error
    assert "50 of 50 rows predicted" in ended.out
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[-2:] == ["prediction", "probability"]
    assert {row["prediction"] for row in rows} <= {"0", "1"}
    assert all(0.5 <= float(row["probability"]) <= 1 for row in rows)
    assert [row["PassengerId"] for row in rows] == [row["PassengerId"] for row in known[:50]]
    assert {row["Name"] for row in rows} == {"'=HYPERLINK(1)"}


def test_the_model_is_listed_and_shown(home: Path, run: Run) -> None:
    trained = json.loads((home / "training.json").read_text())["participants"][0]
    for call in (("models",), ("models", "list")):
        listed = run(*call)
        assert listed.code == 0
        assert NAME in listed.out
    shown = run("models", "show", NAME)
    assert trained["weights_sha256"] in shown.out
    assert "10,857" in shown.out
    figures = trained["global"]
    assert f"accuracy {100 * figures['accuracy']:.1f} %, loss {figures['loss']:.4f}" in shown.out


def test_a_model_goes_elsewhere_and_comes_back(home: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    assert run("models", "export", NAME, file).code == 0
    imported = run("models", "import", file)
    assert f"Imported as {NAME} 2" in imported.out
    assert run("models", "rename", f"{NAME} 2", "Copy\x1b[31m").code == 0
    listed = run("models").out
    assert "Copy" in listed
    assert "\x1b" not in listed
    name = next(line for line in listed.splitlines() if "Copy" in line).split()[0]
    assert run("models", "delete", name).code == 0
    assert "Copy" not in run("models").out
    assert NAME in run("models").out


def test_a_model_file_can_be_used_where_it_is(home: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    run("models", "export", NAME, file)
    assert NAME in run("models", "show", file).out
    (tmp_path / "model.pt").write_bytes(b"PK\x03\x04 a torch archive")
    told = run("models", "import", tmp_path / "model.pt").sentence(code=1)
    assert "model.pt" in told
