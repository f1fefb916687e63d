"""Pictures that were put to labels, and the list of them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from disco_desktop.app.library import data as label_groups
from disco_desktop.app.library.data import LabelGroups, pictures_behind
from disco_desktop.engine.errors import DataError, StorageError


@pytest.fixture
def folder(tmp_path) -> Path:
    root = tmp_path / "pictures"
    for name in ("a.png", "b.JPG", "notes.txt", "deep/er/c.webp", "deep/.hidden.png", ".x/d.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_pictures_are_found_in_folders_and_other_files_left_aside(folder):
    names = [Path(path).name for path in pictures_behind([folder])]
    assert names == ["a.png", "b.JPG", "c.webp"]
    assert pictures_behind([folder / "notes.txt", folder / "gone.png"]) == []
    assert pictures_behind([folder / "a.png"]) == [str(folder / "a.png")]


def test_a_picture_has_the_label_that_it_was_put_to_last(folder):
    groups = LabelGroups(["cat", "dog", "owl"])
    groups.put("cat", ["/1.png", "/2.png"])
    groups.put("dog", ["/2.png", "/3.png"])
    assert groups.counts == {"cat": 1, "dog": 2, "owl": 0}
    assert groups.total == 3
    groups.clear("dog")
    assert groups.counts == {"cat": 1, "dog": 0, "owl": 0}


def test_the_list_names_each_picture_with_its_label(tmp_path):
    groups = LabelGroups(["cat", "dog"])
    groups.put("cat", ['/a, "b".png', "/c.png"])
    path = tmp_path / "lists" / "animals.csv"
    groups.write(path)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [["filename", "label"], ['/a, "b".png', "cat"], ["/c.png", "cat"]]
    groups.clear("cat")
    groups.write(path)
    assert path.read_text().splitlines() == ["filename,label"]


def test_too_many_pictures_are_refused_and_nothing_changes(monkeypatch, folder):
    monkeypatch.setattr(label_groups, "MOST_PICTURES", 2)
    groups = LabelGroups(["cat"])
    groups.put("cat", ["/1.png", "/2.png"])
    with pytest.raises(DataError) as refused:
        groups.put("cat", ["/3.png"])
    assert refused.value.code == "too_many_pictures_by_label"
    assert groups.total == 2
    with pytest.raises(DataError):
        pictures_behind([folder])


def test_a_folder_that_takes_no_list_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        LabelGroups(["cat"]).write(tmp_path / "file" / "list.csv")
