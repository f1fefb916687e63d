"""`disco train` with several participants: real workers, servers, passengers and kills."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.family import ENDING_SECONDS, Family, digests, in_the_middle, read
from tests.cli.program import Ended, command, disco

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import psutil

# Up to three programs with two participants each, on a machine that may be busy.
pytestmark = pytest.mark.timeout(300)

EPOCHS = 24
ROUNDS = 12
INTERRUPTED = 130


def call(passengers: Path, result: Path, *more: str) -> list[str | Path]:
    return [
        "train", "titanic", "--data", passengers, "--users", "2", "--epochs", str(EPOCHS),
        "--seed", "11", "--json", result, *more,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def uninterrupted(
    tmp_path_factory: pytest.TempPathFactory, passengers: Path
) -> tuple[dict[str, Any], Ended]:
    """What a training comes to that nothing happens to."""
    home = tmp_path_factory.mktemp("home")
    ended = disco(*call(passengers, home / "result.json"), home=home)
    assert ended.code == 0, ended.error
    return read(home / "result.json"), ended


def test_the_result_has_the_names_that_scripts_rely_on(
    uninterrupted: tuple[dict[str, Any], Ended],
) -> None:
    result, _ = uninterrupted
    assert set(result) == {"task", "scheme", "users", "seconds", "rounds", "participants"}
    assert (result["task"], result["scheme"], result["users"]) == ("titanic", "federated", 2)
    assert result["seconds"] > 0
    assert [entry["round"] for entry in result["rounds"]] == list(range(1, ROUNDS + 1))
    for entry in result["rounds"]:
        assert set(entry) == {"round", "seconds", "participants"}
        assert entry["participants"] == 2
    assert [participant["id"] for participant in result["participants"]] == [1, 2]
    for participant in result["participants"]:
        assert set(participant) == {
            "id", "weights_sha256", "epochs", "training", "validation", "global",
            "bytes_sent", "bytes_received", "model",
        }  # fmt: skip
        assert [entry["epoch"] for entry in participant["epochs"]] == list(range(1, EPOCHS + 1))
        last = participant["epochs"][-1]
        assert set(last) == {"round", "epoch", "training", "validation"}
        assert last["round"] == ROUNDS
        assert (participant["training"], participant["validation"]) == (
            last["training"],
            last["validation"],
        )
        assert set(participant["global"]) == {"loss", "accuracy"}
        # Each of the rounds takes 10,857 float32 values up and down.
        assert participant["bytes_sent"] > ROUNDS * 4 * 10_857
        assert participant["bytes_received"] > ROUNDS * 4 * 10_857
        assert participant["model"] is None


def test_all_hold_the_same_weights_and_have_learnt(
    uninterrupted: tuple[dict[str, Any], Ended],
) -> None:
    result, _ = uninterrupted
    assert len(digests(result)) == 1
    for participant in result["participants"]:
        assert participant["global"]["accuracy"] > 0.6
        assert participant["training"]["loss"] < participant["epochs"][0]["training"]["loss"]


def test_elsewhere_than_on_a_terminal_each_epoch_and_round_has_its_line(
    uninterrupted: tuple[dict[str, Any], Ended],
) -> None:
    _, ended = uninterrupted
    lines = ended.out.splitlines()
    for participant in (1, 2):
        start = f"participant {participant}: epoch "
        assert sum(line.startswith(start) for line in lines) == EPOCHS
    assert sum(line.startswith("round ") for line in lines) == ROUNDS
    assert "\x1b" not in ended.out
    assert ended.error == ""  # no debug line either, since none was asked for


def interrupt(family: Family) -> Ended:
    family.process.send_signal(signal.SIGINT)
    return family.end()


def kill_program(family: Family) -> Ended:
    family.process.kill()
    return family.end()


def kill_worker(family: Family) -> Ended:
    # The children are in the order in which they were started: the second is participant 2.
    family.workers[1].kill()
    return family.end()


def has_stopped(ended: Ended) -> None:
    assert "--resume" in ended.sentence(code=INTERRUPTED)


def has_said_nothing(ended: Ended) -> None:
    assert ended.code == -signal.SIGKILL


def has_told_of_the_participant(ended: Ended) -> None:
    told = ended.sentence(code=1)
    assert "participant 2" in told
    assert "--resume" in told


@pytest.mark.parametrize(
    ("harm", "has_ended_well"),
    [
        (interrupt, has_stopped),
        (kill_program, has_said_nothing),
        (kill_worker, has_told_of_the_participant),
    ],
)
def test_what_breaks_off_goes_on_as_if_nothing_had_been(
    harm: Callable[[Family], Ended],
    has_ended_well: Callable[[Ended], None],
    uninterrupted: tuple[dict[str, Any], Ended],
    passengers: Path,
    tmp_path: Path,
) -> None:
    home, result = tmp_path / "home", tmp_path / "result.json"
    with in_the_middle(call(passengers, result), home) as family:
        has_ended_well(harm(family))
    assert not result.exists()

    ended = disco("train", "titanic", "--data", passengers, "--resume", "--json", result, home=home)
    assert ended.code == 0, ended.error
    resumed, expected = read(result), uninterrupted[0]
    assert digests(resumed) == digests(expected)
    for ours, theirs in zip(resumed["participants"], expected["participants"], strict=True):
        assert ours["epochs"] == theirs["epochs"]
        assert ours["global"] == theirs["global"]
    assert [entry["round"] for entry in resumed["rounds"]] == list(range(1, ROUNDS + 1))
    assert list((home / "trainings").iterdir()) == []


def has_loaded_torch(process: psutil.Process) -> bool:
    return any("torch" in region.path for region in process.memory_maps())


def test_a_server_that_is_killed_comes_back_and_nobody_loses_anything(
    uninterrupted: tuple[dict[str, Any], Ended], passengers: Path, tmp_path: Path
) -> None:
    result = tmp_path / "result.json"
    with in_the_middle(call(passengers, result), tmp_path / "home") as family:
        (server,) = family.servers
        assert not has_loaded_torch(family.parent)
        assert not has_loaded_torch(server)
        assert has_loaded_torch(family.workers[0])
        server.kill()
        ended = family.end()
    assert ended.code == 0, ended.error
    assert "the server ended" in ended.error
    assert digests(read(result)) == digests(uninterrupted[0])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[list[str]]:
    """A server that others run, with a certificate of its own; gives the options to reach it."""
    process = subprocess.Popen(
        command("serve", "--tls", "--port", "0", "--data-dir", tmp_path / "server"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        *_, url, _, fingerprint = process.stdout.readline().split()
        yield ["--server", url, "--fingerprint", fingerprint]
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDING_SECONDS) == 0


def test_somebody_elses_server(server: list[str], passengers: Path, tmp_path: Path) -> None:
    def train(*options: str) -> Ended:
        return disco("train", "titanic", "--data", passengers, *options, home=tmp_path / "home")

    result = tmp_path / "result.json"
    ended = train(*server, "--users", "2", "--epochs", "4", "--json", str(result))
    assert ended.code == 0, ended.error
    content = read(result)
    assert len(digests(content)) == 1
    assert [entry["participants"] for entry in content["rounds"]] == [2, 2]
    keys = sorted(path.name for path in (tmp_path / "home" / "identities").glob("*.pem"))
    assert keys == ["titanic-1.pem", "titanic-2.pem"]
    assert os.stat(tmp_path / "home" / "identities" / keys[0]).st_mode & 0o077 == 0

    other = [*server[:3], "00" * 32]
    assert "WARNING" in train(*other).sentence(code=1)
    untrusted = server[:2]
    assert "fingerprint" in train(*untrusted).sentence(code=1)
    unknown = disco("train", "lungs", "--data", passengers, *server, home=tmp_path / "home")
    assert "no task called lungs" in unknown.sentence(code=1)
