from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.library.models import Library
from disco_desktop.engine.errors import ModelError, StorageError
from disco_desktop.engine.memory.disk_memory import DiskMemory
from tests.engine.memory.conftest import stored_model

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def memory(tmp_path: Path) -> DiskMemory:
    return DiskMemory(tmp_path / "memory")


async def library_of(memory: DiskMemory) -> Library:
    library = Library(memory)
    await library.refresh()
    return library


def kept(memory: DiskMemory) -> list[str]:
    return sorted(path.parent.name for path in memory.root.rglob("*.safetensors"))


async def test_it_tells_when_the_models_are_found(memory: DiskMemory) -> None:
    record = memory.save(stored_model())
    library = Library(memory)
    states = []
    library.observe(lambda: states.append((library.state, list(library.records))))
    assert library.state == "loading"
    await library.refresh()
    assert states == [("loaded", [record])]
    assert library.record(record.id) == record


async def test_damaged_files_are_named(memory: DiskMemory, expect_log) -> None:
    memory.save(stored_model())
    (memory.root / "models" / "0123456789abcdef.safetensors").write_bytes(b"no model")
    expect_log("a model was damaged")
    library = await library_of(memory)
    assert len(library.records) == 1
    assert [name.partition("-")[0] for name in library.damaged] == ["0123456789abcdef"]


async def test_a_folder_that_cannot_be_read_is_told_and_mended(tmp_path: Path) -> None:
    root = tmp_path / "memory"
    root.write_text("a file where the folder should be")
    library = Library(DiskMemory(root))
    with pytest.raises(StorageError):
        await library.import_file(_exported(tmp_path))
    root.unlink()
    await library.import_file(_exported(tmp_path))
    assert library.state == "loaded"


async def test_a_place_that_no_folder_can_have_is_an_error(tmp_path: Path) -> None:
    library = await library_of(DiskMemory(tmp_path / ("x" * 300)))
    assert library.state == "error"
    assert library.error is not None
    assert library.error.code == "storage_failed"


def _exported(tmp_path: Path) -> Path:
    other = DiskMemory(tmp_path / "other")
    record = other.save(stored_model("From elsewhere"))
    path = tmp_path / "exported.safetensors"
    other.export_file(record.id, path)
    return path


async def test_rename_export_and_import(memory: DiskMemory, tmp_path: Path) -> None:
    record = memory.save(stored_model("Before"))
    library = await library_of(memory)
    await library.rename(record.id, "After")
    assert [one.name for one in library.records] == ["After"]
    await library.export(record.id, tmp_path / "copy.safetensors")
    copy = await library.import_file(tmp_path / "copy.safetensors")
    assert copy.id != record.id
    assert {one.name for one in library.records} == {"After", "After 2"}
    with pytest.raises(ModelError, match="model_name_invalid"):
        await library.rename(record.id, "  ")


async def test_a_deletion_can_be_undone_until_it_is_final(memory: DiskMemory) -> None:
    records = [memory.save(stored_model(f"Model {number}")) for number in range(3)]
    library = await library_of(memory)
    ids = [record.id for record in records]
    await library.delete(ids[:2])
    assert [record.id for record in library.records] == ids[2:]
    assert kept(memory) == ["deleted", "deleted", "models"]
    await library.restore([ids[0]])
    assert {record.id for record in library.records} == {ids[0], ids[2]}
    await library.make_final(ids)
    assert kept(memory) == ["models", "models"]


async def test_closing_makes_deletions_final(memory: DiskMemory) -> None:
    record = memory.save(stored_model())
    library = await library_of(memory)
    await library.delete([record.id])
    await library.close()
    assert kept(memory) == []


async def test_a_model_that_is_gone_already_comes_off_the_list(memory: DiskMemory) -> None:
    record = memory.save(stored_model())
    library = await library_of(memory)
    memory.delete(record.id)
    with pytest.raises(ModelError, match="model_unknown"):
        await library.delete([record.id])
    assert library.records == []


async def test_a_description_needs_no_weights(memory: DiskMemory) -> None:
    record = memory.save(stored_model())
    description = await (await library_of(memory)).describe(record.id)
    assert description.record == record
    assert len(description.history.epochs) == 3
    assert description.elements == 2 * 3 + 2
