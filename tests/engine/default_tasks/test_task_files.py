"""Built-in tasks are files, those of the person's own folder too, and a broken one stops nobody."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from disco_desktop.engine.default_tasks.registry import find_task, task_provider, task_providers
from disco_desktop.engine.errors import TaskError
from disco_desktop.engine.task.task import read_task
from disco_desktop.engine.task.texts import parse_texts
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# The tasks as the first version had them: rooms, trainings and models are found by these.
DIGESTS = {
    "breast_cancer": "91889a6d679b25e9a8d64174d493e6684659218fc2b9334cb7bfbdc3a506cdfe",
    "cifar10": "060993255089d19c566817f7e1469c917426f26829ef323fa8e1db90dbdbba6a",
    "heart_disease": "b76e21782b4e28cd82ff69f6dbdf9f2970711a1ba2389e39e7ae7f0e886d1154",
    "lus_covid": "91762e25dd75d4d5fc13c6b3a51bf0c917e4ddbf504aa582f96302e88c717ce8",
    "mnist": "84569d3e28a48172bec5e2c6c0220f301fce8d4c2037e1207697c0c713e52bf3",
    "simple_face": "c19083487b82487347e9729ffd80dbb9e77bfba3e0ea2c42179726ff2b6e5271",
    "titanic": "455f5653730d4ce11cd643bace28a86555c6d8849a4615b269d019b237f0ab18",
    "wikitext": "2bc0864fc043e80ef5b4d6f9dc7544c6ed0387d9d86a2e9da3cfcaeaca3a79f1",
}


@pytest.mark.parametrize("task_id", DIGESTS)
def test_a_built_in_task_is_the_one_that_others_know(task_id: str) -> None:
    assert task_provider(task_id).get_task().digest == DIGESTS[task_id]


def test_all_built_in_tasks_are_there() -> None:
    assert sorted(path.name for path in resource("tasks").iterdir()) == sorted(DIGESTS)
    assert set(DIGESTS) <= set(task_providers())


@pytest.mark.parametrize("task_id", DIGESTS)
def test_each_has_sample_data_and_says_where_from(task_id: str) -> None:
    sample = task_provider(task_id).sample_data()
    assert sample is not None
    assert (sample / "SOURCE.md").is_file()
    assert len([path for path in sample.rglob("*") if path.is_file()]) > 1


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCO_HOME", str(tmp_path))
    folder = tmp_path / "tasks"
    folder.mkdir()
    return folder


def described(task_id: str, **more: object) -> bytes:
    task = json.loads((resource("tasks", "titanic") / "task.json").read_text())
    return json.dumps({**task, "id": task_id, **more}).encode()


def test_tasks_in_ones_own_folder_are_known_and_a_broken_one_stops_nobody(
    own: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("WARNING disco.default_tasks.registry: the task broken.json .*`display`")
    expect_log("WARNING disco.default_tasks.registry: the task taken.json is left out")
    shutil.copytree(resource("tasks", "titanic"), own / "ship")
    (own / "ship" / "task.json").write_bytes(described("my_ship"))
    (own / "alone.json").write_bytes(described("alone", display={"title": "Alone"}))
    (own / "broken.json").write_text('{"id": "broken"}')
    (own / "taken.json").write_bytes(described("titanic", display={"title": "Mine"}))
    providers = task_providers()
    assert providers["my_ship"].get_task().display.title == "Titanic"
    sample = providers["my_ship"].sample_data()
    assert sample is not None
    assert (sample / "titanic.csv").is_file()
    assert providers["alone"].sample_data() is None
    assert "broken" not in providers
    assert providers["titanic"].get_task().digest == DIGESTS["titanic"]
    assert find_task("alone").id == "alone"


def test_texts_of_a_task_stand_beside_it(own: Path) -> None:
    (own / "x" / "texts").mkdir(parents=True)
    (own / "x" / "task.json").write_bytes(described("x"))
    (own / "x" / "texts" / "en.md").write_text(
        "# A title\n\nIts summary.\n\n## Data format\n\nLine one\n\n<b>two</b>\n"
    )
    display = read_task(own / "x" / "task.json").display
    assert (display.title, display.summary) == ("A title", "Its summary.")
    assert (display.overview, display.data_format) == ("", "Line one\n\n<b>two</b>")


@pytest.mark.parametrize("markdown", ["", "A title", "# A\n\n## Colour\n\nred"])
def test_texts_that_are_none_are_refused_with_the_file(own: Path, markdown: str) -> None:
    with pytest.raises(ValueError, match=r"title|section"):
        parse_texts(markdown)
    (own / "x" / "texts").mkdir(parents=True)
    (own / "x" / "task.json").write_bytes(described("x"))
    (own / "x" / "texts" / "en.md").write_text(markdown)
    with pytest.raises(TaskError) as refused:
        read_task(own / "x" / "task.json")
    assert refused.value.arguments["field"] == "en.md"
