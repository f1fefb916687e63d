"""Texts on the command line: checked, trained on, tested on, gone on from."""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING

import pytest

from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("quick_children")

SPEECH = resource("tasks", "wikitext", "sample", "1863_abraham_lincoln_r.txt")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A few pages in a folder, and files that are of no use."""
    folder = tmp_path / "texts"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "speech.txt").write_text(SPEECH.read_text()[:12_000])
    (folder / "bad.txt").write_bytes(b"caf\0\n")
    return folder


def test_texts_are_checked_in_words(run: Run, texts: Path, tmp_path: Path) -> None:
    ended = run("check", "wikitext", "--data", texts, "--json", tmp_path / "report.json")
    assert ended.code == 0, ended.error
    assert "1 of 2 texts usable, in bad.txt, deep/speech.txt" in ended.out
    assert "Blocks of text:" in ended.out
    assert "that do not belong in text (line 1)" in " ".join(ended.out.split())
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["training"] > report["validation"] > 0
    assert [problem["code"] for problem in report["problems"]] == ["text_with_zero_bytes"]
    assert run("check", "wikitext", "--data", texts / "bad.txt").code == 1


@pytest.mark.timeout(240)
def test_from_texts_to_a_model_that_writes(run: Run, texts: Path, tmp_path: Path) -> None:
    trained = run(
        "train", "wikitext", "--data", texts, "--scheme", "local", "--epochs", "1",
        "--round-duration", "1", "--seed", "1", "--save", "Writer",
        "--json", tmp_path / "training.json",
    )  # fmt: skip
    assert trained.code == 0, trained.error

    tested = run("test", "Writer", "--data", texts, "--json", tmp_path / "test.json")
    assert tested.code == 0, tested.error
    result = json.loads((tmp_path / "test.json").read_text())
    assert result["perplexity"] == pytest.approx(math.exp(result["loss"]))
    assert f"loss {result['loss']:.4f}" in tested.out
    training = json.loads((tmp_path / "training.json").read_text())["participants"][0]
    assert 8 < result["loss"] <= training["training"]["loss"] < 11.5

    prompts = tmp_path / "prompts.txt"
    prompts.write_text("The state of\nFellow citizens\n")
    outs = [tmp_path / f"{number}.csv" for number in (1, 2)]
    for out in outs:
        told = run("predict", "Writer", "--data", prompts, "--out", out, "--tokens", "5")
        assert told.code == 0, told.error
        assert "2 of 2 texts predicted" in told.out
    with outs[0].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["prompt"] for row in rows] == ["The state of", "Fellow citizens"]
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_a_wrong_temperature_is_refused(run: Run, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("words")
    ended = run(
        "predict", "x", "--data", prompts, "--out", tmp_path / "o.csv", "--temperature", "nan"
    )
    assert "a number from 0 to 100" in ended.sentence(code=2)
