from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from disco_desktop.engine.errors import ModelError, StorageError, TaskError
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.record import LONGEST_HISTORY
from disco_desktop.engine.memory.stored_model import StoredModel, write_stored_model
from disco_desktop.engine.weights.model_file import read_model, write_model
from disco_desktop.engine.weights.weights import Weights
from tests.engine.memory.conftest import MANIFEST, history, stored_model

if TYPE_CHECKING:
    from collections.abc import Callable


PROJECT = Path(__file__).parents[3]
SAVE_FIVE = """
import sys
from pathlib import Path
from disco_desktop.engine.memory.disk_memory import DiskMemory
from tests.engine.memory.conftest import stored_model

for _ in range(5):
    DiskMemory(Path(sys.argv[1])).save(stored_model())
"""


def only_file(memory: DiskMemory) -> Path:
    (path,) = (memory.root / "models").glob("*.safetensors")
    return path


class TestKeeping:
    def test_a_model_comes_back_whole(self, memory: DiskMemory) -> None:
        model = stored_model(fill=0.25)
        record = memory.save(model)
        found = DiskMemory(memory.root).load(record.id)
        assert found.record == record
        assert found.task == model.task
        assert found.preprocessing == model.preprocessing
        assert found.history == model.history
        assert found.weights.manifest == MANIFEST
        assert np.array_equal(found.weights.buffer, model.weights.buffer)

    def test_the_record_tells_the_size_of_the_file(self, memory: DiskMemory) -> None:
        record = memory.save(stored_model())
        assert record.size == only_file(memory).stat().st_size
        assert memory.list() == [record]

    def test_a_model_is_found_by_name_and_by_path(self, memory: DiskMemory) -> None:
        record = memory.save(stored_model("My first: model"))
        assert memory.load("My first: model").record == record
        assert memory.load(str(only_file(memory))).record == record

    @pytest.mark.parametrize("which", ["", "nothing", "../models", "a\0b", "x" * 5000, "."])
    def test_an_unknown_model_is_told_with_those_there_are(
        self, memory: DiskMemory, which: str
    ) -> None:
        memory.save(stored_model("Ada"))
        with pytest.raises(ModelError) as raised:
            memory.load(which)
        assert raised.value.code == "model_unknown"
        assert raised.value.arguments == {"model": which, "known": ["Ada"]}

    def test_saving_the_same_model_again_replaces_it(self, memory: DiskMemory) -> None:
        model = stored_model(fill=1.0)
        memory.save(model)
        later = Weights(MANIFEST, model.weights.buffer + 1)
        memory.save(
            StoredModel(
                record=model.record,
                task=model.task,
                preprocessing=model.preprocessing,
                history=model.history,
                weights=later,
            )
        )
        assert len(memory.list()) == 1
        assert np.array_equal(memory.load(model.record.id).weights.buffer, later.buffer)

    def test_the_newest_comes_first(self, memory: DiskMemory) -> None:
        for year in ("2025", "2027", "2026"):
            memory.save(stored_model(year, created=f"{year}-01-01T00:00:00+00:00"))
        assert [record.name for record in memory.list()] == ["2027", "2026", "2025"]

    def test_an_empty_memory(self, memory: DiskMemory) -> None:
        assert memory.list() == []
        assert memory.damaged() == ()

    def test_the_home_is_the_one_of_the_environment(self, disco_home: Path) -> None:
        DiskMemory().save(stored_model())
        assert (disco_home / "memory" / "models").is_dir()

    def test_a_long_history_is_thinned_and_keeps_its_end(self, memory: DiskMemory) -> None:
        model = stored_model()
        long = history(50_000)
        model.history.epochs[:] = long.epochs
        found = memory.load(memory.save(model).id).history
        assert len(found.epochs) <= LONGEST_HISTORY
        assert found.epochs[-1] == long.epochs[-1]
        assert found.epochs[0].epoch <= 50


class TestNames:
    def test_a_name_that_is_taken_gets_a_number(self, memory: DiskMemory) -> None:
        names = [memory.save(stored_model()).name for _ in range(3)]
        assert names == ["Titanic", "Titanic 2", "Titanic 3"]

    def test_renaming(self, memory: DiskMemory) -> None:
        memory.save(stored_model("taken"))
        record = memory.save(stored_model("old"))
        assert memory.rename("old", "new").name == "new"
        assert memory.rename("new", "taken").name == "taken 2"
        assert memory.rename("taken 2", "taken 2").name == "taken 2"
        assert memory.load(record.id).record.name == "taken 2"

    def test_a_model_that_was_renamed_while_it_trains_keeps_its_new_name(
        self, memory: DiskMemory
    ) -> None:
        model = stored_model("old")
        memory.save(model)
        memory.rename("old", "new")
        assert memory.save(model).name == "new"

    def test_control_characters_and_marks_of_direction_are_left_out(
        self, memory: DiskMemory
    ) -> None:
        memory.save(stored_model())
        record = memory.rename("Titanic", "\u202eevil\u2066 \x1b[31mred\n\t  name\x00 ")
        assert record.name == "evil [31mred name"

    @pytest.mark.parametrize("name", ["", "   ", "\u200e\n", "x" * 151])
    def test_a_name_that_nobody_can_read_is_refused(self, memory: DiskMemory, name: str) -> None:
        memory.save(stored_model())
        with pytest.raises(ModelError) as raised:
            memory.rename("Titanic", name)
        assert raised.value.code == "model_name_invalid"
        assert [record.name for record in memory.list()] == ["Titanic"]

    def test_programs_that_save_at_the_same_time_do_not_share_a_name(
        self, memory: DiskMemory
    ) -> None:
        command = [sys.executable, "-c", SAVE_FIVE, str(memory.root)]
        programs = [subprocess.Popen(command, cwd=PROJECT) for _ in range(2)]
        assert [program.wait() for program in programs] == [0, 0]
        names = {record.name for record in memory.list()}
        assert names == {"Titanic", *(f"Titanic {number}" for number in range(2, 11))}


class TestDeleting:
    def test_what_is_deleted_is_gone(self, memory: DiskMemory) -> None:
        memory.save(stored_model("keep"))
        memory.save(stored_model("drop"))
        memory.delete("drop")
        assert [record.name for record in memory.list()] == ["keep"]

    def test_a_file_elsewhere_is_never_deleted(self, memory: DiskMemory, tmp_path: Path) -> None:
        memory.save(stored_model())
        mine = tmp_path / "mine.safetensors"
        memory.export_file("Titanic", mine)
        with pytest.raises(ModelError):
            memory.delete(str(mine))
        with pytest.raises(ModelError):
            memory.rename(str(mine), "x")
        assert mine.exists()


class TestExportAndImport:
    def test_a_model_travels_in_one_file(self, memory: DiskMemory, tmp_path: Path) -> None:
        model = stored_model(fill=3.0)
        memory.save(model)
        file = tmp_path / "out.safetensors"
        memory.export_file("Titanic", file)
        other = DiskMemory(tmp_path / "other")
        record = other.import_file(file)
        found = other.load(record.id)
        assert record.name == "Titanic"
        assert found.task == model.task
        assert found.preprocessing == model.preprocessing
        assert np.array_equal(found.weights.buffer, model.weights.buffer)

    def test_importing_twice_makes_two_models(self, memory: DiskMemory, tmp_path: Path) -> None:
        memory.save(stored_model())
        file = tmp_path / "out.safetensors"
        memory.export_file("Titanic", file)
        memory.import_file(file)
        assert {record.name for record in memory.list()} == {"Titanic", "Titanic 2"}
        assert len({record.id for record in memory.list()}) == 2

    def test_a_file_is_used_without_being_imported(
        self, memory: DiskMemory, tmp_path: Path
    ) -> None:
        file = tmp_path / "out.safetensors"
        write_stored_model(file, stored_model("elsewhere"))
        assert memory.load(str(file)).record.name == "elsewhere"
        assert memory.list() == []

    def test_a_file_of_another_program(self, memory: DiskMemory, tmp_path: Path) -> None:
        file = tmp_path / "theirs.safetensors"
        write_model(file, Weights.zeros(MANIFEST), {"format": "pt"})
        with pytest.raises(ModelError) as raised:
            memory.import_file(file)
        assert raised.value.code == "model_file_foreign"

    def test_a_file_of_a_later_version(self, memory: DiskMemory, tmp_path: Path) -> None:
        file = tmp_path / "later.safetensors"
        write_model(file, Weights.zeros(MANIFEST), {"format": "disco-desktop-2"})
        with pytest.raises(ModelError) as raised:
            memory.import_file(file)
        assert raised.value.code == "model_file_newer"

    @pytest.mark.parametrize(
        ("part", "text"),
        [
            ("record", "{}"),
            ("record", "[" * 100_000),
            ("preprocessing", '{"columns": 3}'),
            ("history", '{"epochs": [{}]}'),
            ("history", "null"),
        ],
    )
    def test_metadata_that_are_not_ours_are_refused(
        self, memory: DiskMemory, tmp_path: Path, part: str, text: str
    ) -> None:
        with pytest.raises(ModelError) as raised:
            memory.import_file(_with_metadata(tmp_path, {part: text}))
        assert raised.value.code == "model_file_invalid"
        assert memory.list() == []

    def test_a_task_that_breaks_the_schema_is_refused(
        self, memory: DiskMemory, tmp_path: Path
    ) -> None:
        with pytest.raises(TaskError):
            memory.import_file(_with_metadata(tmp_path, {"task": '{"id": "../../x"}'}))
        assert memory.list() == []

    def test_an_id_that_is_a_path_is_refused(self, memory: DiskMemory, tmp_path: Path) -> None:
        record = msgspec.structs.replace(stored_model().record, id="../../../evil")
        text = msgspec.json.encode(record).decode()
        with pytest.raises(ModelError):
            memory.import_file(_with_metadata(tmp_path, {"record": text}))

    def test_a_pickle_is_refused(self, memory: DiskMemory, tmp_path: Path) -> None:
        file = tmp_path / "model.safetensors"
        file.write_bytes(pickle.dumps({"weights": [1.0]}))
        with pytest.raises(ModelError) as raised:
            memory.import_file(file)
        assert raised.value.code == "model_file_executable"
        assert file.exists()


def _with_metadata(folder: Path, changes: dict[str, str]) -> Path:
    file = folder / "changed.safetensors"
    write_stored_model(file, stored_model())
    weights, metadata = read_model(file)
    write_model(file, weights, metadata | changes)
    return file


class TestDamage:
    def test_a_damaged_header_is_set_aside_and_the_rest_works(
        self, memory: DiskMemory, expect_log: Callable[[str], None]
    ) -> None:
        broken = memory.save(stored_model("broken"))
        memory.save(stored_model("whole"))
        path = memory.root / "models" / f"{broken.id}.safetensors"
        path.write_bytes(path.read_bytes()[:100])
        expect_log("was damaged and is kept as")
        assert [record.name for record in memory.list()] == ["whole"]
        assert not path.exists()
        (name,) = memory.damaged()
        assert name.startswith(broken.id)

    def test_damaged_weights_are_noticed_when_they_are_used(
        self, memory: DiskMemory, expect_log: Callable[[str], None]
    ) -> None:
        record = memory.save(stored_model())
        path = only_file(memory)
        content = bytearray(path.read_bytes())
        content[-3] ^= 1
        path.write_bytes(content)
        expect_log("was damaged and is kept as")
        with pytest.raises(ModelError) as raised:
            memory.load(record.id)
        assert raised.value.code == "model_damaged"
        assert str(memory.root / "damaged") in str(raised.value.arguments["file"])
        assert memory.list() == []
        assert len(memory.damaged()) == 1

    def test_what_a_killed_program_left_half_written_is_cleared_away(
        self, memory: DiskMemory
    ) -> None:
        memory.save(stored_model())
        left = only_file(memory).with_name(".0123456789abcdef.safetensors.12345678.new")
        left.write_bytes(b"half")
        assert len(memory.list()) == 1
        memory.save(stored_model())
        assert not left.exists()

    def test_strange_files_are_left_alone(self, memory: DiskMemory) -> None:
        memory.save(stored_model())
        (memory.root / "models" / "notes.txt").write_text("mine")
        assert len(memory.list()) == 1
        assert (memory.root / "models" / "notes.txt").exists()


class TestStorage:
    def test_a_full_disk_leaves_what_was_there(
        self, memory: DiskMemory, limit_file_size: Callable[[int | None], None]
    ) -> None:
        model = stored_model(fill=1.0)
        record = memory.save(model)
        limit_file_size(100)
        with pytest.raises(StorageError) as raised:
            memory.save(model)
        assert raised.value.code == "storage_full"
        with pytest.raises(StorageError):
            memory.rename("Titanic", "other")
        assert memory.load(record.id).record == record
        limit_file_size(None)
        assert memory.rename("Titanic", "other").name == "other"

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(StorageError) as raised:
            DiskMemory(tmp_path / "file" / "memory").save(stored_model())
        assert raised.value.code == "storage_failed"

    def test_an_export_that_fails_leaves_no_file(
        self, memory: DiskMemory, tmp_path: Path, limit_file_size: Callable[[int | None], None]
    ) -> None:
        memory.save(stored_model())
        limit_file_size(100)
        with pytest.raises(StorageError):
            memory.export_file("Titanic", tmp_path / "out" / "x.safetensors")
        (tmp_path / "out").mkdir()
        with pytest.raises(StorageError):
            memory.export_file("Titanic", tmp_path / "out" / "x.safetensors")
        assert list((tmp_path / "out").iterdir()) == []
