from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.deleted_models import DeletedModels
from tests.engine.memory.conftest import stored_model

if TYPE_CHECKING:
    from disco_desktop.engine.memory.disk_memory import DiskMemory

PROJECT = Path(__file__).parents[3]
DELETE_AND_DIE = """
import os, sys
from pathlib import Path
from disco_desktop.engine.memory.deleted_models import DeletedModels
from disco_desktop.engine.memory.disk_memory import DiskMemory

DeletedModels(DiskMemory(Path(sys.argv[1]))).delete(sys.argv[2])
os.kill(os.getpid(), 9)
"""


def files(memory: DiskMemory, folder: str) -> list[str]:
    return sorted(path.stem for path in (memory.root / folder).glob("*.safetensors"))


def test_a_deleted_model_is_in_no_list_and_comes_back_whole(memory: DiskMemory) -> None:
    record = memory.save(stored_model(fill=0.5))
    deleted = DeletedModels(memory)
    deleted.delete(record.id)
    assert memory.list() == []
    with pytest.raises(ModelError):
        memory.load(record.id)
    assert deleted.restore(record.id) == record
    assert memory.load(record.id).weights.buffer[0] == 0.5


def test_what_is_thrown_away_cannot_be_had_back(memory: DiskMemory) -> None:
    record = memory.save(stored_model())
    deleted = DeletedModels(memory)
    deleted.delete(record.id)
    deleted.throw_away(record.id)
    deleted.throw_away(record.id)
    assert files(memory, "deleted") == []
    with pytest.raises(ModelError, match="model_unknown"):
        deleted.restore(record.id)


def test_a_model_that_is_not_there_cannot_be_deleted(memory: DiskMemory) -> None:
    with pytest.raises(ModelError, match="model_unknown"):
        DeletedModels(memory).delete("0" * 16)


def test_a_name_that_was_taken_meanwhile_is_made_another(memory: DiskMemory) -> None:
    first = memory.save(stored_model("Mine"))
    deleted = DeletedModels(memory)
    deleted.delete(first.id)
    second = memory.save(stored_model("Mine"))
    assert second.name == "Mine"
    assert deleted.restore(first.id).name == "Mine 2"
    assert {record.name for record in memory.list()} == {"Mine", "Mine 2"}


def test_a_crash_leaves_a_model_deleted_and_its_file_goes_later(memory: DiskMemory) -> None:
    record = memory.save(stored_model())
    killed = subprocess.run(
        [sys.executable, "-c", DELETE_AND_DIE, str(memory.root), record.id],
        cwd=PROJECT, check=False, timeout=60,
    )  # fmt: skip
    assert killed.returncode == -9
    assert memory.list() == []
    deleted = DeletedModels(memory)
    deleted.throw_away_older_than(60)
    assert files(memory, "deleted") == [record.id]  # another program may still undo it
    (path,) = (memory.root / "deleted").iterdir()
    os.utime(path, (1, 1))
    deleted.throw_away_older_than(60)
    assert files(memory, "deleted") == []
