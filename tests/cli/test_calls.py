"""How the program takes calls, right and wrong ones: one sentence, and never a traceback."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from disco_desktop.cli.main import FAILED, OUR_MISTAKE
from tests.cli.program import command, disco

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

WRONG_CALL = 2


@pytest.mark.parametrize(
    ("call", "mentioned"),
    [
        ([], "required: COMMAND"),
        (["fly"], "'fly'"),
        (["train"], "required: TASK, --data"),
        (["train", "titanic"], "required: --data"),
        (["train", "titanic", "--data", "DATA", "--users", "0"], "from 1 to 64, not '0'"),
        (["train", "titanic", "--data", "DATA", "--epochs", "ten"], "not 'ten'"),
        (["train", "titanic", "--data", "DATA", "--epoch", "3"], "--epoch"),
        (["train", "titanic", "--data", "DATA", "--scheme", "magic"], "'magic'"),
        (["train", "titanic", "--data", "DATA", "--peer-port", "0"], "from 1 to 65535, not '0'"),
        (
            ["train", "titanic", "--data", "DATA", "--peer-port", "9", "--relay-only"],
            "not allowed with argument --peer-port",
        ),
        (["train", "titanic", "--data", "/no/such/file"], "'/no/such/file'"),
        (["train", "titanic", "--data", "DATA", "--json", "/no/such/folder/x"], "folder"),
        (["train", "titanic", "--data", "DATA", "--json", "/"], "'/' is a folder"),
        (["predict", "model", "--data", "DATA"], "required: --out"),
        (["models", "rename", "one"], "required: NAME"),
        (["check", "titanic", "--data", "\x1b]0;title\x07"], "there is no file"),
    ],
)
def test_a_wrong_call_is_told_in_one_sentence(
    run: Run, passengers: Path, call: list[str], mentioned: str
) -> None:
    given = [str(passengers) if word == "DATA" else word for word in call]
    told = run(*given).sentence(code=WRONG_CALL)
    assert mentioned in told
    assert "--help" in told
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("options", "mentioned"),
    [
        (["--fingerprint", "ab" * 32], "--server"),
        (["--server", "http://127.0.0.1:9", "--round-duration", "2"], "--round-duration"),
        (["--server", "http://127.0.0.1:9", "--scheme", "local"], "--server"),
        (["--server", "http://example.org"], "https://"),
        (["--server", "disco.example.org"], "not a server address"),
        (["--server", "http://127.0.0.1:9"], "No server answers"),
        (["--epochs", "2", "--round-duration", "3"], "--epochs"),
        (["--relay-only"], "--scheme decentralized"),
        (["--resume"], "--resume"),
    ],
)
def test_what_cannot_be_trained_is_told_in_one_sentence(
    run: Run, passengers: Path, disco_home: Path, options: list[str], mentioned: str
) -> None:
    done = run("train", "titanic", "--data", passengers, *options)
    assert mentioned in done.sentence(code=FAILED)
    assert not list(disco_home.glob("trainings/*"))


@pytest.mark.parametrize(
    ("call", "mentioned"),
    [
        (["train", "titanc", "--data", "DATA"], "titanc"),
        (["check", "titanc", "--data", "DATA"], "titanc"),
        (["sample", "titanc", "somewhere"], "titanc"),
        (["test", "nobody's", "--data", "DATA"], "nobody's"),
        (["predict", "nobody's", "--data", "DATA", "--out", "/dev/null"], "nobody's"),
        (["models", "show", "nobody's"], "nobody's"),
        (["models", "delete", "nobody's"], "nobody's"),
        (["models", "import", "DATA"], "titanic.csv"),
        (["serve", "--tasks", "/no/such/folder"], "/no/such/folder"),
    ],
)
def test_what_is_not_there_is_told_in_one_sentence(
    run: Run, passengers: Path, call: list[str], mentioned: str
) -> None:
    done = run(*(str(passengers) if word == "DATA" else word for word in call))
    assert mentioned in done.sentence(code=FAILED)


def test_tasks_lists_the_default_ones(run: Run) -> None:
    done = run("tasks")
    assert done.code == 0
    assert any(
        line.split()[:3] == ["titanic", "Titanic", "federated"] for line in done.out.splitlines()
    )


def test_sample_copies_the_data_and_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "sample"
    done = run("sample", "titanic", folder)
    assert done.code == 0
    assert str(folder / "titanic.csv") in done.out.splitlines()
    assert len((folder / "titanic.csv").read_text().splitlines()) == 892

    (folder / "titanic.csv").write_text("mine")
    assert "not overwritten" in run("sample", "titanic", folder).sentence(code=FAILED)
    assert (folder / "titanic.csv").read_text() == "mine"


def test_check_tells_a_script_and_a_person(run: Run, passengers: Path, tmp_path: Path) -> None:
    done = run("check", "titanic", "--data", passengers, "--json", tmp_path / "report.json")
    assert done.code == 0
    assert "891 of 891 rows usable" in done.out
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["usable"] is True
    assert report["balance"] == {"died": 549, "survived": 342}
    assert report["training"] + report["validation"] == 891
    assert all(problem["sentence"] in done.out for problem in report["problems"])

    quiet = run("check", "titanic", "--data", passengers, "--json", "-")
    assert json.loads(quiet.out) == report


def test_check_of_data_that_cannot_be_used(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "[red]\x1b[31m.csv"
    table.write_text("Age,Fare,SibSp,Parch,Class,Survived\n22,7.25,1,0,3,1\n")
    done = run("check", "titanic", "--data", table)
    assert done.code == 1
    assert "Pclass" in done.out
    assert "[red]" in done.out
    assert "\x1b" not in done.out

    told = run("train", "titanic", "--data", table).sentence(code=FAILED)
    assert "Pclass" in told
    assert "\x1b" not in told


def test_a_mistake_of_ours_shows_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # By its nature such a mistake has no place to come from, so one is put there.
    monkeypatch.setattr("disco_desktop.cli.tasks.task_providers", None)
    assert "internal error" in run("tasks").sentence(code=OUR_MISTAKE)


def test_help_tells_all_commands(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    for name in ("tasks", "sample", "check", "train", "test", "predict", "models", "demo", "serve"):
        assert f"  {name} " in done.out
    assert "--users N" in run("train", "--help").out
    assert "--data-dir" in run("serve", "--help").out


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    with subprocess.Popen(
        command("tasks"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""


def test_the_program_is_there_as_a_module_and_fails_in_one_sentence() -> None:
    assert disco("--version").out.startswith("disco ")
    assert "'fly'" in disco("fly").sentence(code=WRONG_CALL)
