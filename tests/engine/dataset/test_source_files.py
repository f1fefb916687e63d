"""Which files a path stands for, and what becomes of those that cannot be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from disco_desktop.engine.dataset.refused_file import FileRefusedError
from disco_desktop.engine.dataset.source_files import find_files, read_file

CHECK_TITANIC = """
import encodings.utf_8_sig  # what is not loaded yet may be out of reach afterwards
import os, sys
from pathlib import Path
import msgspec
import numpy.ma  # numpy itself loads it late
from disco_desktop.engine.dataset.dataset import check_data
from disco_desktop.engine.default_tasks.registry import task_provider
task = task_provider("titanic").get_task()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
report = check_data(task, Path(sys.argv[1]))
sys.stdout.buffer.write(msgspec.json.encode(report))
"""


def names(path: Path) -> list[str]:
    return [file.name for file in find_files(path)]


def refusal(path: Path) -> str:
    with pytest.raises(FileRefusedError) as refused:
        find_files(path)
    return refused.value.problem.code


def test_a_folder_stands_for_its_tables_in_order(tmp_path) -> None:
    kept = ["a.csv", "b.XLSX", "c.parquet"]
    for name in [*kept, ".hidden.csv", "~$b.xlsx", "._a.csv", "README.txt", "photo.jpg"]:
        (tmp_path / name).write_text("x")
    (tmp_path / "folder.csv").mkdir()
    assert names(tmp_path) == kept


def test_a_text_is_a_table_where_it_is_named(tmp_path) -> None:
    path = tmp_path / "data.txt"
    path.write_text("a\n1\n")
    assert find_files(path) == [path]
    assert read_file(path, ["a"], keep_all=False).frame.rows() == [("1",)]


def test_paths_that_are_no_tables(tmp_path) -> None:
    (tmp_path / "photo.jpg").write_text("x")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nothing")
    assert refusal(tmp_path / "absent") == "data_missing"
    assert refusal(tmp_path / "gone.csv") == "data_missing"
    assert refusal(tmp_path / "loop.csv") in ("data_missing", "data_unreadable")
    assert refusal(tmp_path / "pipe.csv") == "file_not_regular"
    assert refusal(tmp_path / "photo.jpg") == "file_of_other_kind"
    assert refusal(tmp_path) == "folder_without_tables"
    assert refusal(tmp_path / ("x" * 300)) == "data_unreadable"
    assert refusal(tmp_path / "a\0b") in ("data_missing", "data_unreadable")


def test_a_folder_with_endless_files_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("disco_desktop.engine.dataset.source_files.LARGEST_FOLDER", 3)
    for number in range(4):
        (tmp_path / f"{number}.csv").write_text("x")
    assert refusal(tmp_path) == "folder_too_large"


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("disco_desktop.engine.dataset.source_files.LARGEST_FILE_BYTES", 5 << 30)
    path = tmp_path / "data.csv"
    with path.open("wb") as file:
        file.truncate(6 << 30)  # sparse: it takes no room on the disk
    with pytest.raises(FileRefusedError) as refused:
        read_file(path, ["a"], keep_all=False)
    assert refused.value.problem.code == "file_too_large"
    assert refused.value.problem.arguments["largest_mib"] == 5 << 10


def test_a_name_that_would_mislead_is_shown_inert(tmp_path) -> None:
    path = tmp_path / "a\u202evsc.exe\x1b.pdf"
    path.write_text("x")
    with pytest.raises(FileRefusedError) as refused:
        find_files(path)
    assert refused.value.problem.file == "a\ufffdvsc.exe\ufffd.pdf"


@pytest.fixture
def open_folder():
    """Give a folder that a user without rights can reach, since the tests' own is private."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def report_without_rights(path: Path) -> dict:
    """Check a path as a user who has no special rights, since root may read everything."""
    child = subprocess.run(
        [sys.executable, "-c", CHECK_TITANIC, str(path)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 0, child.stderr.decode()
    return json.loads(child.stdout)


def test_a_folder_without_permission_is_told(open_folder) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "data.csv").write_text("x")
    closed.chmod(0)
    for path in (closed, closed / "data.csv"):
        (problem,) = report_without_rights(path)["problems"]
        assert problem["code"] == "data_unreadable"
        assert problem["severity"] == "error"
        assert problem["arguments"]["reason"] == "Permission denied"


def test_a_file_without_permission_is_told_and_the_others_are_used(open_folder) -> None:
    header = "Age,SibSp,Parch,Fare,Pclass,Survived\n"
    rows = "".join(f"{age},0,0,7.5,3,{age % 2}\n" for age in range(1, 41))
    (open_folder / "a.csv").write_text(header + rows)
    (open_folder / "a.csv").chmod(0o644)
    for name in ("b.csv", "c.parquet", "d.xlsx"):
        (open_folder / name).write_text("x")
        (open_folder / name).chmod(0)
    report = report_without_rights(open_folder)
    assert report["files"] == ["a.csv"]
    assert report["usable_rows"] == 40
    told = [problem for problem in report["problems"] if problem["code"] == "file_unreadable"]
    assert [problem["file"] for problem in told] == ["b.csv", "c.parquet", "d.xlsx"]
    assert {problem["severity"] for problem in told} == {"warning"}
