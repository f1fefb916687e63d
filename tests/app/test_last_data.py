from __future__ import annotations

from pathlib import Path

import pytest

from disco_desktop.app.library.data import LastData
from disco_desktop.engine.errors import StorageError


async def test_a_path_is_known_in_the_next_run(tmp_path: Path) -> None:
    last = LastData(tmp_path / "home")
    assert last.path("training", "titanic") is None
    await last.remember("training", "titanic", Path("/data/a.csv"))
    await last.remember("test", "titanic", Path("/data/b.csv"))
    again = LastData(tmp_path / "home")
    assert again.path("training", "titanic") == Path("/data/a.csv")
    assert again.path("test", "titanic") == Path("/data/b.csv")
    assert again.path("prediction", "titanic") is None


async def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    last = LastData(tmp_path)
    for number in range(205):
        await last.remember("training", f"task-{number}", Path("/data"))
    again = LastData(tmp_path)
    assert again.path("training", "task-4") is None
    assert again.path("training", "task-5") == Path("/data")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"paths": {"a": 1}}', b"\xff"])
async def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last_data.json").write_bytes(content)
    last = LastData(tmp_path)
    assert last.path("training", "titanic") is None
    await last.remember("training", "titanic", Path("/data"))
    assert LastData(tmp_path).path("training", "titanic") == Path("/data")


async def test_what_cannot_be_kept_is_known_in_this_run(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    last = LastData(tmp_path / "home")
    with pytest.raises(StorageError):
        await last.remember("training", "titanic", Path("/data"))
    assert last.path("training", "titanic") == Path("/data")
