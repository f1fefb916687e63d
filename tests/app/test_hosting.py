from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from disco_desktop.app.server.api import fetch_task
from disco_desktop.app.server.hosting import HostedServer
from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

ENDING_SECONDS = 15.0

HOST_AND_TELL = """
import asyncio, sys
from pathlib import Path
from disco_desktop.app.server.hosting import HostedServer

async def main():
    async with HostedServer(data_dir=Path(sys.argv[1]), tasks_dir=Path(sys.argv[2])) as server:
        print(server.process_id, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_it_offers_its_tasks_while_entered_and_is_gone_after(
    tmp_path: Path, tasks_dir: Path, titanic: Task
) -> None:
    async with HostedServer(data_dir=tmp_path / "server", tasks_dir=tasks_dir) as server:
        process = psutil.Process(server.process_id)
        assert server.address.is_loopback
        assert (await fetch_task(server.address, titanic.id)).digest == titanic.digest
    assert not process.is_running()


async def test_one_that_is_killed_comes_back_at_the_same_address(
    tmp_path: Path, tasks_dir: Path, titanic: Task, expect_log: Callable[[str], None]
) -> None:
    expect_log("the server ended with code")
    async with HostedServer(data_dir=tmp_path / "server", tasks_dir=tasks_dir) as server:
        first = server.process_id
        os.kill(first, signal.SIGKILL)
        await server.restarted.wait()
        assert server.process_id != first
        assert (await fetch_task(server.address, titanic.id)).digest == titanic.digest
        assert server.restarts == 1


async def test_one_that_cannot_start_says_so(tmp_path: Path) -> None:
    hosted = HostedServer(data_dir=tmp_path / "server", tasks_dir=tmp_path / "nowhere")
    with pytest.raises(ServerError) as raised:
        await hosted.__aenter__()
    assert raised.value.code == "hosted_server_refused"
    assert "nowhere" in sentence(raised.value)


async def test_one_that_ends_without_a_word_names_its_log(
    tmp_path: Path, tasks_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))  # Python itself cannot start so
    data_dir = tmp_path / "server"
    data_dir.mkdir()
    (data_dir / "server.log").write_text("disco-server: what an earlier one said\n")
    with pytest.raises(ServerError) as raised:
        await HostedServer(data_dir=data_dir, tasks_dir=tasks_dir).__aenter__()
    assert raised.value.code == "hosted_server_not_started"
    assert str(data_dir / "server.log") in sentence(raised.value)


def test_it_ends_when_whoever_started_it_is_killed(tmp_path: Path, tasks_dir: Path) -> None:
    host = subprocess.Popen(
        [sys.executable, "-c", HOST_AND_TELL, str(tmp_path / "server"), str(tasks_dir)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with host:
        assert host.stdout is not None
        server = psutil.Process(int(host.stdout.readline()))
        host.kill()
    _, left = psutil.wait_procs([server], timeout=ENDING_SECONDS)
    assert left == []
