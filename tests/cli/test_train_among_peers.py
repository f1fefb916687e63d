"""`disco train` among peers: killed in the middle, and gone on with until all have one model."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.family import Family, digests, in_the_middle, read
from tests.cli.program import disco

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.timeout(300)

USERS = 3


def kill_program(family: Family) -> int:
    """Kill the parent, with which all its children end."""
    family.process.kill()
    return -signal.SIGKILL


def train(task: str, data: Path, result: Path, *more: str) -> list[str | Path]:
    return [
        "train", task, "--data", data, "--users", str(USERS), "--seed", "11", "--json", result,
        "--scheme", "decentralized", *more,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "digits"
    done = disco("sample", "mnist", folder)
    assert done.code == 0, done.error
    for label in range(10):  # a fifth is enough, and takes a fifth of the time
        for path in sorted((folder / str(label)).iterdir())[100:]:
            path.unlink()
    return folder


def check_that_all_end_with_one_model(
    arguments: list[str | Path], kill: Callable[[Family], int], folder: Path, *, rounds: int
) -> None:
    """Kill something after the second round, go on, and compare what everybody has then."""
    home, result = folder / "home", folder / "result.json"
    with in_the_middle(arguments, home) as family:
        assert len(family.workers) == USERS
        code = kill(family)
        assert family.end().code == code
    assert not result.exists()
    ended = disco(*arguments, "--resume", home=home)
    assert ended.code == 0, ended.error
    resumed = read(result)
    assert resumed["scheme"] == "decentralized"
    assert len(resumed["participants"]) == USERS
    assert len(digests(resumed)) == 1
    assert [entry["round"] for entry in resumed["rounds"]] == list(range(1, rounds + 1))
    assert list((home / "trainings").iterdir()) == []


def test_the_program_is_killed_under_masks(digits: Path, tmp_path: Path) -> None:
    call = train(
        "mnist", digits, tmp_path / "result.json", "--epochs", "6", "--round-duration", "1"
    )
    check_that_all_end_with_one_model(call, kill_program, tmp_path, rounds=6)
