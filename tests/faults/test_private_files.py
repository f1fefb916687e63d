"""What the programs keep is for the eyes of its owner alone, whatever the system's own mask."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from disco_desktop.engine import find_task, task_provider
from disco_desktop.server import Server
from tests.cli.program import disco

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="other rights are used there")


@pytest.fixture(autouse=True)
def open_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def seen_by_others(root: Path) -> list[str]:
    """Return the files below a folder that other users of the machine may read."""
    seen = []
    for folder, folders, files in os.walk(root):
        folders[:] = [
            name for name in folders if stat.S_IMODE((Path(folder) / name).stat().st_mode) & 0o077
        ]
        seen += [
            str(Path(folder) / name)
            for name in files
            if stat.S_IMODE((Path(folder) / name).stat().st_mode) & 0o077
        ]
    return seen


def test_models_checkpoints_and_trainings(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "memory" / "models").mkdir(parents=True, mode=0o755)  # as an older program left it
    data = task_provider("titanic").sample_data()
    ended = disco(
        *("train", "titanic", "--data", data, "--users", "2", "--epochs", "2", "--save", "mine"),
        home=home,
    )
    assert ended.code == 0, ended.error
    assert len(list(home.rglob("*"))) > 3
    assert seen_by_others(home) == []
    exported = tmp_path / "for-others.safetensors"
    assert disco("models", "export", "mine", exported, home=home).code == 0
    assert stat.S_IMODE(exported.stat().st_mode) == 0o644


async def test_a_server(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir(mode=0o755)
    async with Server(find_task("titanic"), data_dir=folder):
        assert (folder / "server.sqlite").exists()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
