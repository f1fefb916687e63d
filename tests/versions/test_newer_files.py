"""What a newer version has written is named and left exactly as it is."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import struct
from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.library.settings import SettingsFile
from disco_desktop.app.training.folder import (
    LARGEST_NUMBER,
    TrainingFolder,
    interrupted_trainings,
)
from disco_desktop.app.training.known_keys import KnownKeys
from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.errors import DiscoError, ModelError, StorageError
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.weights.tensor_file import read_tensors, write_tensors
from disco_desktop.server.store.sqlite_store import SqliteStore
from tests.versions.test_kept_files import KEPT, Kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from disco_desktop.app.training.plan import TrainingPlan

LATEST = KEPT / "0.1.0-before-regrouping"


@pytest.fixture
def profile(disco_home: Path) -> Path:
    shutil.copytree(LATEST / "profile", disco_home)
    return disco_home


def digests(root: Path) -> dict[Path, str]:
    """All that lies in a folder, but the locks, which come and go."""
    return {
        path.relative_to(root): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def rewrite_header(path: Path, change: Callable[[dict[str, str]], None]) -> None:
    """Change the metadata of a safetensors file."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    change(header["__metadata__"])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length :])


def test_a_model(profile: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("a model cannot be read: model_file_newer")
    for path in profile.glob("memory/models/*.safetensors"):
        rewrite_header(path, lambda metadata: metadata.update(format="disco-desktop-2"))
    before = digests(profile)
    memory = DiskMemory(profile / "memory")
    memory.list()
    with pytest.raises(ModelError, match="model_file_newer") as refused:
        memory.load(next(profile.glob("memory/models/*.safetensors")).stem)
    assert "newer version of Disco" in sentence(refused.value)
    assert digests(profile) == before


def test_a_checkpoint(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    kept = Kept(LATEST, tmp_path / "kept")
    for path in kept.root.glob("profile/memory/checkpoints/*/*.safetensors"):
        tensors, metadata = read_tensors(path)
        write_tensors(path, tensors, {**metadata, "format": "disco-checkpoint-2"})
    before = digests(kept.root)
    assert kept.start("disco", "train", *kept.alone, "--resume").wait(60) == 1
    assert "started with a newer version of Disco" in capfd.readouterr().err
    assert digests(kept.root) == before


@pytest.mark.parametrize("place", ["plan", "task"])
def test_a_training(profile: Path, place: str, expect_log: Callable[[str], None]) -> None:
    expect_log("is not to be gone on with: training_newer")
    plans: list[tuple[Path, TrainingPlan]] = [
        (path, folder) for path, folder in interrupted_trainings().items()
    ]
    assert len(plans) == 2
    for path, _ in plans:
        file = path / "plan.json"
        content = json.loads(file.read_bytes())
        newer = content if place == "plan" else content["task"]
        newer |= {"schema_version": 99, "new": True}
        file.write_text(json.dumps(content))
    before = digests(profile)
    assert interrupted_trainings() == {}
    with pytest.raises(StorageError, match="training_newer") as refused:
        TrainingFolder.hold(plans[0][0])
    assert "newer version of Disco" in sentence(refused.value)
    for _ in range(LARGEST_NUMBER + 1):
        TrainingFolder.begin(plans[0][1]).__exit__()
    after = digests(profile)
    assert {path: after[path] for path in before} == before


def test_settings(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("of a newer version of Disco, and left as it is")
    path = tmp_path / "settings.json"
    path.write_text('{"schema_version": 99, "theme": {"of": "another kind"}}')
    before = digests(tmp_path)
    settings = SettingsFile(tmp_path)
    with pytest.raises(StorageError, match="file_newer") as refused:
        settings.change(theme="dark")
    assert settings.current.theme == "dark"
    assert str(path) in sentence(refused.value)
    assert digests(tmp_path) == before


async def test_known_keys(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("of a newer version of Disco, and left as it is")
    (tmp_path / "known_keys.json").write_text('{"schema_version": 99, "keys": "of another kind"}')
    before = digests(tmp_path)
    keys = KnownKeys(tmp_path)
    with pytest.raises(StorageError, match="file_newer"):
        await keys.note("titanic", bytes(32), name="Ada", verdict="confirmed")
    assert digests(tmp_path) == before


def test_a_servers_data(tmp_path: Path) -> None:
    data = tmp_path / "server"
    shutil.copytree(LATEST / "server", data)
    rows = sqlite3.connect(data / "server.sqlite")
    rows.execute("PRAGMA user_version = 99")
    rows.close()
    before = digests(data)
    with pytest.raises(StorageError, match="server_storage_version") as refused:
        SqliteStore(data)
    assert "99" in sentence(refused.value)
    assert digests(data) == before


def test_a_task_of_a_newer_format_in_a_servers_data(tmp_path: Path) -> None:
    data = tmp_path / "server"
    shutil.copytree(LATEST / "server", data)
    rows = sqlite3.connect(data / "server.sqlite")
    older, newer = '"schema_version":1', '"schema_version":9'
    rows.execute("UPDATE tasks SET task = CAST(replace(task, ?, ?) AS BLOB)", (older, newer))
    rows.commit()
    before = rows.execute("SELECT * FROM tasks").fetchall()
    with pytest.raises(DiscoError, match="task_schema_version"):
        SqliteStore(data)
    assert rows.execute("SELECT * FROM tasks").fetchall() == before
    rows.close()
