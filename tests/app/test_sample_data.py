from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from disco_desktop.app.library.data import find_sample
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task


def test_the_titanic_has_sample_data_with_an_example(titanic: Task) -> None:
    sample = find_sample(titanic)
    assert sample is not None
    assert sample.folder == resource("tasks", "titanic", "sample")
    assert sample.example == {
        "Age": "22", "SibSp": "1", "Parch": "0", "Fare": "7.25", "Pclass": "3", "Survived": "0",
    }  # fmt: skip


def test_a_task_that_is_not_known_here_has_none(titanic: Task) -> None:
    assert find_sample(replace(titanic, id="elsewhere")) is None


def test_a_task_of_that_name_with_other_columns_has_none(titanic: Task) -> None:
    other = replace(titanic.data, inputs=titanic.data.inputs[:2])
    assert find_sample(replace(titanic, data=other)) is None
