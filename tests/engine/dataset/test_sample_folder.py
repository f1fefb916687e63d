"""Copies of sample data."""

from __future__ import annotations

import pytest

from disco_desktop.engine.dataset.sample_folder import copy_sample
from disco_desktop.engine.errors import StorageError


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.csv").write_text("a")
    (folder / "b.md").write_text("b")
    return folder


def test_files_are_copied_into_a_new_folder_and_again(source, tmp_path) -> None:
    target = tmp_path / "deep" / "target"
    for _ in range(2):
        assert copy_sample(source, target) == [target / "a.csv", target / "b.md"]
    assert (target / "a.csv").read_text() == "a"


def test_a_file_of_the_users_own_is_never_overwritten(source, tmp_path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "a.csv").write_text("mine")
    with pytest.raises(StorageError, match="sample_in_the_way"):
        copy_sample(source, target)
    assert (target / "a.csv").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told(source, tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="sample_not_copied"):
        copy_sample(source, tmp_path / "file" / "target")
