"""`disco` with pictures, from sample data to predictions, in one home."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.program import disco

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(240)
def test_pictures_are_sampled_checked_trained_tested_and_predicted(tmp_path: Path) -> None:
    lungs = tmp_path / "lungs"
    done = disco("sample", "lus_covid", lungs)
    assert done.code == 0, done.error
    assert "more files in" in done.out
    (lungs / "COVID-Negative" / "broken.png").write_bytes(b"x")
    checked = disco("check", "lus_covid", "--data", lungs)
    assert checked.code == 0, checked.error
    assert "120 of 121 pictures usable" in checked.out
    assert "COVID-Negative/broken.png" in checked.out
    done = disco(
        "train", "lus_covid", "--data", lungs, "--users", "2", "--epochs", "4", "--seed", "1",
        "--save", "Lungs", "--json", tmp_path / "result.json",
    )  # fmt: skip
    assert done.code == 0, done.error
    result = json.loads((tmp_path / "result.json").read_text())
    assert len({one["weights_sha256"] for one in result["participants"]}) == 1
    assert "broken.png" in done.out
    done = disco("test", "Lungs", "--data", lungs, "--json", "-")
    assert done.code == 0, done.error
    assert json.loads(done.out)["samples"] == 120
    done = disco("predict", "Lungs", "--data", lungs, "--out", tmp_path / "out.csv")
    assert done.code == 0, done.error
    assert "120 of 121 pictures predicted" in done.out
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 121
    assert {row["prediction"] for row in rows} <= {"COVID-Positive", "COVID-Negative", ""}
