"""Lists that name pictures anywhere on the machine, as the window writes them."""

from __future__ import annotations

import shutil

from disco_desktop.app.library.data import LabelGroups, pictures_behind
from disco_desktop.engine.dataset.dataset import check_data, load_dataset
from tests.engine.dataset.images.conftest import picture


def test_pictures_of_several_folders_are_read(task, tmp_path, fill):
    fill(tmp_path / "here", 8)
    fill(tmp_path / "else" / "where", 6, first=50)
    groups = LabelGroups(["cat", "dog"])
    groups.put("cat", pictures_behind([tmp_path / "here"]))
    groups.put("dog", pictures_behind([tmp_path / "else"]))
    path = tmp_path / "profile" / "animals.csv"
    groups.write(path)
    report = check_data(task, path)
    assert report.is_usable
    assert report.balance == {"a Cat": 8, "a Dog": 6}
    assert (report.rows, report.usable_rows, report.problems) == (14, 14, [])
    dataset = load_dataset(task, path)
    assert len(dataset.training) + len(dataset.validation) == 14


def test_one_folder_is_no_less_than_several(task, tmp_path, fill):
    folder = fill(tmp_path / "all", 8)
    names = sorted(str(path) for path in folder.iterdir())
    groups = LabelGroups(["cat", "dog"])
    groups.put("cat", names[:4])
    groups.put("dog", names[4:])
    path = tmp_path / "list.csv"
    groups.write(path)
    assert check_data(task, path).balance == {"a Cat": 4, "a Dog": 4}
    groups.put("dog", names[:1])
    groups.write(path)
    assert check_data(task, path).balance == {"a Cat": 3, "a Dog": 5}


def test_pictures_of_one_name_are_told_apart(task, tmp_path):
    groups = LabelGroups(["cat", "dog"])
    for number in range(6):
        path = tmp_path / f"{number}" / "same.png"
        path.parent.mkdir()
        picture(number).save(path)
        groups.put("cat" if number < 3 else "dog", [str(path)])
    groups.write(tmp_path / "list.csv")
    report = check_data(task, tmp_path / "list.csv")
    assert report.balance == {"a Cat": 3, "a Dog": 3}
    assert not [one for one in report.problems if one.code.startswith("listed")]


def test_a_picture_that_is_gone_is_told(task, tmp_path, fill):
    folder = fill(tmp_path / "all", 8)
    groups = LabelGroups(["cat", "dog"])
    groups.put("cat", pictures_behind([folder]))
    groups.put("dog", [str(folder / "gone.png"), str(folder / "0000.png")])
    groups.write(tmp_path / "list.csv")
    report = check_data(task, tmp_path / "list.csv")
    assert "listed_file_missing" in {problem.code for problem in report.problems}
    assert report.rows == 8


def test_a_list_whose_pictures_are_all_gone_is_said_to_be(task, tmp_path, fill):
    folder = fill(tmp_path / "all", 4)
    groups = LabelGroups(["cat", "dog"])
    groups.put("cat", pictures_behind([folder]))
    groups.write(tmp_path / "list.csv")
    shutil.rmtree(folder)
    report = check_data(task, tmp_path / "list.csv")
    assert not report.is_usable
    assert report.problems[0].code == "folder_without_pictures"


def test_names_beside_the_list_are_read_as_before(task, tmp_path, fill):
    folder = fill(tmp_path / "all", 8)
    rows = [f"{number:04}.png,{'cat' if number < 4 else 'dog'}" for number in range(8)]
    (folder / "labels.csv").write_text("\n".join(["filename,label", *rows]))
    assert check_data(task, folder / "labels.csv").balance == {"a Cat": 4, "a Dog": 4}
