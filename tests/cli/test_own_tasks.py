"""Where a task's id may stand, its file or folder may, and a server's task can be checked."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest

from disco_desktop.engine import find_task
from disco_desktop.engine.task.task import encode_task
from tests.cli.program import disco

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


@pytest.fixture
def own(tmp_path: Path, passengers: Path) -> Path:
    """Return a folder with a task that nobody has installed, and its sample data."""
    folder = tmp_path / "my-task"
    folder.mkdir()
    task = msgspec.structs.replace(find_task("titanic"), id="my_passengers")
    (folder / "task.json").write_bytes(encode_task(task))
    (folder / "sample").mkdir()
    shutil.copy(passengers, folder / "sample")
    return folder


def test_it_is_sampled_and_checked(run: Run, own: Path, tmp_path: Path) -> None:
    copied = run("sample", own, tmp_path / "copy")
    assert copied.code == 0, copied.error
    for reference in (own, own / "task.json"):
        checked = run("check", reference, "--data", tmp_path / "copy")
        assert checked.code == 0, checked.error
        assert "891 of 891 rows usable" in checked.out


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "two"])
def test_it_is_trained_tested_and_gone_on_with(
    alone: bool, run: Run, own: Path, passengers: Path
) -> None:
    company = ["--scheme", "local"] if alone else ["--users", "2"]
    call = ("train", own, "--data", passengers, *company, "--epochs", "2", "--save", "kept")
    trained = run(*call)
    assert trained.code == 0, trained.error
    tested = run("test", "kept", "--data", passengers)
    assert tested.code == 0, tested.error
    # The same words find it again: there is nothing to go on with, which is said of this task.
    assert run(*call, "--resume").code == 1


def test_a_file_that_is_no_task_is_named(run: Run, tmp_path: Path, passengers: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"id": "x"}')
    for path, word in ((broken, "display"), (tmp_path / "absent.json", "absent.json")):
        said = run("check", path, "--data", passengers)
        assert said.code == 1
        assert word in said.error


async def test_a_servers_task_is_checked_without_being_installed(
    own: Path, passengers: Path
) -> None:
    from disco_desktop.server import Server

    async with Server(find_task(own)) as server:
        url = server.address.url
        checked = await asyncio.to_thread(
            disco, "check", "my_passengers", "--data", passengers, "--server", url
        )
        assert checked.code == 0, checked.error
        assert "891 of 891" in checked.out


async def test_less_protection_is_refused_until_it_is_accepted(passengers: Path) -> None:
    from disco_desktop.server import Server

    task = find_task("titanic")
    weaker = msgspec.structs.replace(
        task, collaboration=msgspec.structs.replace(task.collaboration, minimum_participants=1)
    )
    async with Server(weaker) as server:
        call = (
            *("train", "titanic", "--data", passengers, "--epochs", "1"),
            *("--server", server.address.url),
        )
        refused = await asyncio.to_thread(disco, *call)
        assert refused.code == 1
        assert (
            "Minimum of participants in a round: 2 on this computer, 1 at the server"
            in refused.error
        )
        assert "--accept-less-protection" in refused.error
        accepted = await asyncio.to_thread(disco, *call, "--accept-less-protection")
        assert accepted.code == 0, accepted.error
