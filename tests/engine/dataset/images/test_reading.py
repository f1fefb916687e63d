"""From folders and lists to labelled pictures, with a word about all that is left out."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from disco_desktop.app.words.sentences import problem_sentence
from disco_desktop.engine.dataset.dataset import (
    check_data,
    load_dataset,
    load_labelled,
    load_unlabelled,
    reader_of,
)
from disco_desktop.engine.dataset.images.image_reader import NOTHING_FITTED
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.dataset.watcher import Watcher
from disco_desktop.engine.errors import DataError
from disco_desktop.engine.task.image import FolderGroup, NameGroup
from disco_desktop.engine.task.outcome import ClassOutcome
from tests.engine.dataset.images.conftest import picture, task_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.engine.dataset.report import Problem, Report
    from disco_desktop.engine.task.task import Task


def found(report: Report) -> dict[str, Problem]:
    """Return the problems by code, each of them told in words without a gap."""
    for problem in report.problems:
        assert "?" not in problem_sentence(problem), problem
        assert "no words for" not in problem_sentence(problem)
    return {problem.code: problem for problem in report.problems}


def test_a_folder_a_label_at_any_depth(task: Task, animals: Path) -> None:
    report = check_data(task, animals)
    assert report.problems == []
    assert (report.rows, report.usable_rows) == (40, 40)
    assert report.balance == {"a Cat": 20, "a Dog": 20}
    assert report.training + report.validation == 40
    assert report.validation > 3


def test_pixels_and_labels_belong_together(task: Task, animals: Path) -> None:
    loaded = load_labelled(task, animals, NOTHING_FITTED)
    names = loaded.table["filename"].to_list()
    assert names == sorted(names)
    assert names[0] == "cat/0000.png"
    samples = loaded.samples
    for sample, row in enumerate(samples.rows.tolist()):
        path = names[row - 1]
        pixels = samples.features[samples.places[sample]]
        assert np.array_equal(pixels, np.asarray(Image.open(animals / path)))
        assert samples.targets[sample] == (0 if path.startswith("cat") else 1)


@pytest.mark.parametrize("names", [("CAT ", "Dog"), ("a cat", "A DOG"), ("train/cat", "dog")])
def test_folders_may_be_called_by_value_or_label_in_any_case(
    task: Task, tmp_path: Path, fill: Callable[..., Path], names: tuple[str, str]
) -> None:
    for first, name in enumerate(names):
        fill(tmp_path / "all" / name, 8, first=100 * first)
    assert check_data(task, tmp_path / "all").balance == {"a Cat": 8, "a Dog": 8}


def test_a_folder_is_a_label_whatever_the_form_of_its_name(
    tmp_path: Path, fill: Callable[..., Path]
) -> None:
    benign, malignant = "b\u00e9nin", "malin"
    outcome = ClassOutcome(name="finding", values=(benign, malignant), labels=(benign, malignant))
    fill(tmp_path / "all" / "be\u0301nin", 8)
    fill(tmp_path / "all" / malignant, 8, first=100)
    report = check_data(task_of(outcome=outcome), tmp_path / "all")
    assert report.problems == []
    assert report.balance == {benign: 8, malignant: 8}


def test_all_that_is_wrong_is_told_and_the_rest_is_used(
    task: Task, animals: Path, fill: Callable[..., Path]
) -> None:
    (animals / "cat" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (animals / "cat" / "empty.jpg").write_bytes(b"")
    (animals / "cat" / "notes.docx").write_text("x")
    (animals / "SOURCE.md").write_text("x")
    (animals / "cat" / ".hidden.png").write_text("x")
    (animals / "cat" / "gone.png").symlink_to(animals / "nowhere.png")
    Image.new("RGB", (3, 3), "red").save(animals / "dog" / "tiny.png")
    shutil.copy(animals / "cat" / "0000.png", animals / "cat" / "again.png")
    shutil.copy(animals / "cat" / "0001.png", animals / "dog" / "surely.png")
    fill(animals / "horse", 3, first=200)
    fill(animals, 2, first=300)
    report = check_data(task, animals)
    problems = found(report)
    counts = {code: problem.count for code, problem in problems.items()}
    assert counts == {
        "pictures_unreadable": 1,
        "pictures_empty": 1,
        "pictures_not_opened": 1,
        "files_not_pictures": 1,
        "pictures_tiny": 1,
        "pictures_repeated": 2,
        "pictures_contradictory": 2,
        "label_folders_unknown": 3,
        "pictures_without_label": 2,
    }
    assert report.is_usable
    assert report.rows == 51
    assert report.usable_rows == 41
    assert problems["pictures_unreadable"].arguments["files"] == ["cat/broken.png"]
    assert problems["label_folders_unknown"].arguments["folders"] == ["horse"]
    dataset = load_dataset(task, animals)
    assert len(dataset.training) + len(dataset.validation) == report.usable_rows
    assert (len(dataset.training), len(dataset.validation)) == (report.training, report.validation)


def test_a_folder_without_permission_is_told(task: Task, animals: Path, monkeypatch) -> None:
    real = os.scandir

    def scandir(path):
        if Path(path).name == "er":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    report = check_data(task, animals)
    assert found(report)["folders_denied"].arguments["files"] == ["cat/deep/er"]
    assert report.usable_rows == 30


def test_links_that_go_round_in_circles_are_followed_once(task: Task, animals: Path) -> None:
    (animals / "cat" / "loop").symlink_to(animals)
    assert check_data(task, animals).rows == 40


def failure(task: Task, path: Path) -> str:
    """Return the code with which loading fails, the report's own first error."""
    with pytest.raises(DataError) as raised:
        load_dataset(task, path)
    report = check_data(task, path)
    assert not report.is_usable
    found(report)
    assert report.problems[0].code == raised.value.code
    return raised.value.code


def test_what_makes_a_training_impossible(
    task: Task, tmp_path: Path, fill: Callable[..., Path]
) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "data.txt").write_text("x")
    assert failure(task, tmp_path / "missing") == "data_missing"
    assert failure(task, tmp_path / "nothing") == "folder_without_pictures"
    assert failure(task, tmp_path / "data.txt") == "file_not_picture"
    assert failure(task, fill(tmp_path / "loose", 4)) == "no_usable_pictures"
    assert failure(task, tmp_path / "loose" / "0000.png") == "one_picture_only"
    fill(tmp_path / "one" / "dog", 9)
    assert failure(task, tmp_path / "one") == "pictures_of_one_label"
    for name in ("a", "b"):
        (tmp_path / "equal" / "dog").mkdir(parents=True, exist_ok=True)
        picture(1).save(tmp_path / "equal" / "dog" / f"{name}.png")
    assert failure(task, tmp_path / "equal") == "pictures_all_equal"


def test_labels_without_or_with_few_pictures_are_told(
    task: Task, tmp_path: Path, fill: Callable[..., Path]
) -> None:
    fill(tmp_path / "all" / "cat", 45)
    fill(tmp_path / "all" / "dog", 2, first=100)
    assert found(check_data(task, tmp_path / "all"))["labels_rare"].arguments["labels"] == ["a Dog"]
    shutil.rmtree(tmp_path / "all" / "dog")
    problems = found(check_data(task, tmp_path / "all"))
    assert problems["labels_without_pictures"].arguments["labels"] == ["a Dog"]


class TestLists:
    @pytest.fixture
    def listed(self, tmp_path: Path, fill: Callable[..., Path]) -> Path:
        fill(tmp_path / "listed" / "some", 10)
        fill(tmp_path / "listed" / "more", 10, first=10)
        return tmp_path / "listed"

    def write(self, folder: Path, *rows: str) -> Path:
        path = folder / "labels.csv"
        path.write_text("\n".join(["filename,label", *rows]) + "\n")
        return path

    @pytest.mark.parametrize("spelling", ["{:04}.png", "{:04}", "some/{:04}.png", "SOME\\{:04}"])
    def test_names_with_or_without_ending_and_folder(
        self, task: Task, listed: Path, spelling: str
    ) -> None:
        rows = [
            f"{spelling.format(number)},{'cat' if number % 2 else 'Dog'}" for number in range(10)
        ]
        path = self.write(listed, *rows)
        for given in (path, listed):
            report = check_data(task, given)
            assert report.usable_rows == 10
            assert report.balance == {"a Cat": 5, "a Dog": 5}
            assert found(report)["pictures_not_listed"].count == 10

    def test_all_that_does_not_fit(self, task: Task, listed: Path) -> None:
        picture(500).save(listed / "more" / "0001.png")
        rows = [f"{number:04},{'cat' if number % 2 else 'dog'}" for number in range(2, 16)]
        path = self.write(
            listed,
            *rows,
            "0001,cat",  # in two folders
            "0099.png,cat",
            "0016,wolf",
            "0017,",
            "0018,cat",
            "0018,dog",
            "0019,cat",
            "0019,cat",
        )
        problems = found(check_data(task, path))
        counts = {code: problem.count for code, problem in problems.items()}
        counts.pop("labels_not_held_out", None)  # they are few
        assert counts == {
            "listed_file_ambiguous": 1,
            "listed_file_missing": 1,
            "outcome_unknown": 1,
            "outcome_missing": 1,
            "listed_file_twice": 2,
            "listed_file_two_labels": 1,
            "pictures_not_listed": 3,
        }
        assert problems["listed_file_missing"].lines == [17]
        assert len(load_labelled(task, path, NOTHING_FITTED).samples) == 15

    def test_a_list_of_nothing_that_is_there(self, task: Task, listed: Path) -> None:
        assert failure(task, self.write(listed, "a,cat")) == "list_without_pictures"

    def test_a_table_that_is_no_list_does_not_hinder_folders(
        self, task: Task, animals: Path
    ) -> None:
        (animals / "patients.csv").write_text("file,age\nx,1\n")
        assert check_data(task, animals).usable_rows == 40
        assert failure(task, animals / "patients.csv") == "columns_missing_but_similar"

    def test_to_predict_no_labels_are_needed(self, task: Task, listed: Path) -> None:
        path = listed / "names.csv"
        path.write_text("filename\n0003\n0012\n")
        table = load_unlabelled(task, path, NOTHING_FITTED).table
        assert table["filename"].to_list() == ["more/0012.png", "some/0003.png"]


def test_to_predict_any_folder_or_a_single_picture_will_do(
    task: Task, tmp_path: Path, fill: Callable[..., Path]
) -> None:
    folder = fill(tmp_path / "new", 3)
    (folder / "broken.png").write_bytes(b"x")
    loaded = load_unlabelled(task, folder, NOTHING_FITTED)
    assert (loaded.count, len(loaded.samples)) == (4, 3)
    assert loaded.samples.targets is None
    assert [problem.code for problem in loaded.problems] == ["pictures_unreadable"]
    assert loaded.table["filename"][3] == "broken.png"
    one = load_unlabelled(task, folder / "0001.png", NOTHING_FITTED)
    assert np.array_equal(one.samples.features[0], np.asarray(picture(1)))


class TestSplit:
    def test_it_is_by_content_whatever_files_are_called(
        self, task: Task, animals: Path, tmp_path: Path
    ) -> None:
        renamed = tmp_path / "renamed"
        for kind in ("cat", "dog"):
            (renamed / kind).mkdir(parents=True)
            for number, path in enumerate(sorted((animals / kind).rglob("*.png"), reverse=True)):
                Image.open(path).save(renamed / kind / f"{number}.bmp")

        def held_out(path: Path) -> set[bytes]:
            samples = load_dataset(task, path).validation
            return {samples.features[place].tobytes() for place in samples.places.tolist()}

        assert held_out(animals) == held_out(renamed)

    @pytest.mark.parametrize(
        ("group", "name"), [(FolderGroup(), "p{}/{}"), (NameGroup(), "p{}_{}")]
    )
    def test_a_patient_is_on_one_side(
        self, tmp_path: Path, group: FolderGroup | NameGroup, name: str
    ) -> None:
        for number in range(60):
            path = (
                tmp_path
                / "all"
                / ("cat" if number % 2 else "dog")
                / name.format(number // 6, number)
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            picture(number).save(f"{path}.png")
        task = task_of(group=group)
        report = check_data(task, tmp_path / "all")
        assert report.problems == []
        dataset = load_dataset(task, tmp_path / "all")
        names = load_labelled(task, tmp_path / "all", NOTHING_FITTED).table["filename"]

        def patients(rows: np.ndarray) -> set[str]:
            return {names[row - 1].replace("_", "/").split("/")[1] for row in rows.tolist()}

        sides = patients(dataset.training.rows), patients(dataset.validation.rows)
        assert all(sides)
        assert not sides[0] & sides[1]

    def test_a_picture_whose_path_names_no_patient_is_left_out(self, animals: Path) -> None:
        problems = found(check_data(task_of(group=FolderGroup(level=2)), animals))
        assert problems["pictures_without_group"].count == 30

    def test_shares_are_disjoint_and_together_all(self, task: Task, animals: Path) -> None:
        shares = [load_dataset(task, animals, share=Share(number, 2), seed=3) for number in (1, 2)]
        rows = [
            {*share.training.rows.tolist(), *share.validation.rows.tolist()} for share in shares
        ]
        assert not rows[0] & rows[1]
        assert len(rows[0] | rows[1]) == 40
        assert shares[0].digest != shares[1].digest


class StoppedError(Exception):
    """The watcher wants no more."""


class _Counting(Watcher):
    def __init__(self, stop_at: int | None = None) -> None:
        self.files: list[str] = []
        self.rows: list[int] = []
        self._stop_at = stop_at

    def file_begun(self, file: str) -> None:
        self.files.append(file)

    def rows_read(self, rows: int) -> None:
        self.rows.append(rows)
        if self._stop_at is not None and len(self.rows) > self._stop_at:
            raise StoppedError


def test_the_watcher_hears_how_far_it_is_and_can_stop_it(
    task: Task, tmp_path: Path, fill: Callable[..., Path], disco_home: Path
) -> None:
    folder = tmp_path / "many"
    fill(folder / "cat", 100)
    fill(folder / "dog", 100, first=100)
    stopping = _Counting(stop_at=3)
    with pytest.raises(StoppedError):
        reader_of(task).check(folder, watcher=stopping)
    assert not list((disco_home / "cache" / "pictures").iterdir())
    counting = _Counting()
    report = reader_of(task).check(folder, watcher=counting)
    assert report.usable_rows == 200
    assert counting.files == ["many"]
    assert counting.rows[0] == 200  # how many there are is known before any is opened
    assert counting.rows[1:] == sorted(counting.rows[1:])
    assert counting.rows[-1] == 200
    assert len(counting.rows) > 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_never_opened(task: Task, tmp_path: Path, fill: Callable[..., Path]) -> None:
    fill(tmp_path / "all" / "cat", 8)
    fill(tmp_path / "all" / "dog", 8, first=100)
    os.mkfifo(tmp_path / "all" / "labels.csv")
    os.mkfifo(tmp_path / "all" / "cat" / "pipe.png")
    assert check_data(task, tmp_path / "all").usable_rows == 16
    listed = tmp_path / "list.csv"
    rows = [f"{path},{path.parent.name}" for path in sorted((tmp_path / "all").glob("*/*.png"))]
    listed.write_text("\n".join(["filename,label", *rows]))
    report = check_data(task, listed)
    assert report.usable_rows == 16
    assert found(report)["listed_file_missing"].count == 1
