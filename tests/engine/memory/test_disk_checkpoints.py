from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest

from disco_desktop.engine.errors import ModelError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.memory.memory import CheckpointSlot


def write(slot: CheckpointSlot, number: int) -> None:
    tensors = {
        "weights": np.full((2, 3), number, np.float32),
        "random": np.arange(5, dtype=np.uint8),
        "step": np.array(number, np.int64),
        "moment": np.array([0.1], np.float64),
    }
    slot.write(tensors, {"number": str(number)})


def number_of(slot: CheckpointSlot) -> int:
    found = slot.read()
    assert found is not None
    tensors, metadata = found
    number = int(metadata["number"])
    assert np.array_equal(tensors["weights"], np.full((2, 3), number, np.float32))
    assert tensors["random"].dtype == np.uint8
    assert tensors["step"].shape == ()
    assert int(tensors["step"]) == number
    assert tensors["moment"][0] == 0.1
    return number


def files(memory: DiskMemory) -> list[Path]:
    return sorted((memory.root / "checkpoints" / "titanic").glob("*.safetensors"))


def newest(memory: DiskMemory) -> Path:
    return max(files(memory), key=lambda path: path.stat().st_mtime_ns)


def test_nothing_is_there_at_first(memory: DiskMemory) -> None:
    assert memory.checkpoint_slot("titanic").read() is None


def test_the_last_checkpoint_counts(memory: DiskMemory) -> None:
    slot = memory.checkpoint_slot("titanic")
    for number in range(1, 6):
        write(slot, number)
        assert number_of(memory.checkpoint_slot("titanic")) == number
    assert len(files(memory)) == 2


def test_a_new_program_goes_on_counting(memory: DiskMemory) -> None:
    for number in (1, 2, 3):
        write(memory.checkpoint_slot("titanic"), number)
    assert number_of(memory.checkpoint_slot("titanic")) == 3


def test_slots_are_apart(memory: DiskMemory) -> None:
    write(memory.checkpoint_slot("titanic"), 1)
    write(memory.checkpoint_slot("other"), 2)
    assert number_of(memory.checkpoint_slot("titanic")) == 1


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "x" * 200, "a\0"])
def test_a_slot_is_never_a_path(memory: DiskMemory, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a slot"):
        memory.checkpoint_slot(name)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: pickle.dumps({"weights": 1}),
    ],
    ids=["cut", "empty", "flipped", "pickle"],
)
def test_where_the_last_one_is_damaged_the_one_before_is_used(
    memory: DiskMemory,
    expect_log: Callable[[str], None],
    damage: Callable[[bytes], bytes],
) -> None:
    slot = memory.checkpoint_slot("titanic")
    write(slot, 1)
    write(slot, 2)
    path = newest(memory)
    path.write_bytes(damage(path.read_bytes()))
    expect_log("a checkpoint was damaged")
    after = memory.checkpoint_slot("titanic")
    assert number_of(after) == 1
    assert len(memory.damaged()) == 1
    write(after, 3)
    assert number_of(memory.checkpoint_slot("titanic")) == 3


def test_where_all_are_damaged_it_is_said(
    memory: DiskMemory, expect_log: Callable[[str], None]
) -> None:
    slot = memory.checkpoint_slot("titanic")
    write(slot, 1)
    write(slot, 2)
    for path in files(memory):
        path.write_bytes(b"nonsense")
    expect_log("a checkpoint was damaged")
    with pytest.raises(ModelError) as raised:
        memory.checkpoint_slot("titanic").read()
    assert raised.value.code == "checkpoint_damaged"
    assert len(memory.damaged()) == 2


def test_a_full_disk_leaves_the_checkpoint_before(
    memory: DiskMemory, limit_file_size: Callable[[int | None], None]
) -> None:
    slot = memory.checkpoint_slot("titanic")
    write(slot, 1)
    write(slot, 2)
    limit_file_size(50)
    for _ in range(2):
        with pytest.raises(StorageError) as raised:
            write(slot, 3)
        assert raised.value.code == "storage_full"
    assert number_of(memory.checkpoint_slot("titanic")) == 2
    limit_file_size(None)
    write(slot, 3)
    assert number_of(memory.checkpoint_slot("titanic")) == 3


def test_one_training_at_a_time_holds_a_slot(memory: DiskMemory) -> None:
    first, second = memory.checkpoint_slot("titanic"), memory.checkpoint_slot("titanic")
    first.hold()
    with pytest.raises(StorageError) as raised:
        second.hold()
    assert raised.value.code == "training_already_running"
    memory.checkpoint_slot("other").hold()
    first.release()
    first.release()
    second.hold()
    second.release()


def test_holding_clears_away_what_a_killed_training_left(memory: DiskMemory) -> None:
    slot = memory.checkpoint_slot("titanic")
    write(slot, 1)
    left = memory.root / "checkpoints" / "titanic" / ".odd.safetensors.12345678.new"
    left.write_bytes(b"half")
    slot.hold()
    assert not left.exists()
    assert number_of(slot) == 1
    slot.release()


def test_what_is_cleared_is_gone(memory: DiskMemory) -> None:
    slot = memory.checkpoint_slot("titanic")
    write(slot, 1)
    slot.clear()
    assert slot.read() is None
    slot.clear()
