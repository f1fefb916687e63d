"""A task of an installed plug-in, used with the program as any other one."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from tests.cli.program import disco
from tests.plug_in import OWN_TASKS, install

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a plug-in and a broken one where programs find what is installed."""
    place = tmp_path / "installed"
    place.mkdir()
    install(place, petals="Petals", wrong="Unstartable")
    monkeypatch.setenv("PYTHONPATH", str(place))


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    path = tmp_path / "flowers.csv"
    chance = random.Random(1)
    kinds = [number % 2 for number in range(120)]
    rows = [
        f"{chance.gauss(3 + 2 * kind, 0.6):.2f},{chance.gauss(1 + kind, 0.3):.2f},{kind}"
        for kind in kinds
    ]
    path.write_text("\n".join(["length,width,species", *rows, ""]))
    return path


def test_a_broken_plug_in_costs_one_line() -> None:
    listed = disco("tasks")
    assert listed.code == 0
    ids = [line.split()[0] for line in listed.out.splitlines()]
    assert ids == ["Task", *sorted([*OWN_TASKS, "petals"])]
    (line,) = listed.error.splitlines()
    assert "wrong" in line
    assert "no licence" in line


def test_its_task_is_trained_through_the_bundled_server(
    run: Run, flowers: Path, tmp_path: Path
) -> None:
    file = tmp_path / "result.json"
    trained = disco(
        *("train", "petals", "--data", flowers, "--users", "2"),
        *("--save", "flowers", "--json", file),
    )
    assert trained.code == 0, trained.error
    result = json.loads(file.read_text())
    assert result["task"] == "petals"
    assert [round_["participants"] for round_ in result["rounds"]] == [2, 2]
    assert len({one["weights_sha256"] for one in result["participants"]}) == 1
    tested = run("test", "flowers", "--data", flowers)
    assert tested.code == 0, tested.error
    assert "on 120 samples" in tested.out
