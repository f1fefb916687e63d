from __future__ import annotations

from disco_desktop.app.library.profile import (
    clear_cache,
    clear_damaged,
    disk_use,
    home_folder,
    memory_folder,
    trainings_folder,
)
from disco_desktop.engine.cache_folder import cache_folder


def write(folder, name, size):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"x" * size)


def test_bytes_by_what_they_are_for():
    assert disk_use().models == 0
    write(memory_folder() / "models", "a.safetensors", 100)
    write(memory_folder() / "checkpoints" / "one", "even.safetensors", 20)
    write(trainings_folder() / "one", "plan.json", 3)
    write(home_folder() / "server", "server.log", 7)
    write(memory_folder() / "damaged", "b.safetensors", 11)
    found = disk_use()
    assert (found.models, found.trainings, found.server) == (100, 23, 7)
    assert (found.damaged, found.damaged_files) == (11, 1)
    clear_damaged()
    clear_damaged()
    assert (disk_use().damaged, disk_use().damaged_files) == (0, 0)
    assert disk_use().models == 100


def test_what_can_be_made_again_can_be_thrown_away():
    clear_cache()
    write(cache_folder("pictures", "one"), "pixels.bin", 50)
    write(memory_folder() / "models", "a.safetensors", 100)
    assert disk_use().cache == 50
    clear_cache()
    assert (disk_use().cache, disk_use().models) == (0, 100)
