"""What a server offers that was given no folder of tasks: all that its machine knows."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import aiohttp

from disco_desktop.server.application import create_application
from disco_desktop.server.config import ServerConfig
from disco_desktop.server.running import running
from tests.plug_in import MODULE, OWN_TASKS, install

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


async def test_a_plug_in_that_fails_takes_no_other_task_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    install(installed, petals="Weightless")
    monkeypatch.syspath_prepend(str(installed))
    expect_log("WARNING disco.server.offering: the task petals cannot be offered: .*no weights")
    config = ServerConfig(data_dir=tmp_path / "server", tasks_dir=None)
    try:
        async with (
            running(create_application(config), config) as port,
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{port}/tasks") as response,
        ):
            tasks = json.loads(await response.text())
    finally:
        sys.modules.pop(MODULE, None)
    assert [task["id"] for task in tasks] == OWN_TASKS
