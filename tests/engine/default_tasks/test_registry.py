"""Tasks of installed plug-ins stand beside the default ones, and none takes another down."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from disco_desktop.engine.default_tasks.registry import task_provider, task_providers
from disco_desktop.engine.errors import TaskError
from tests.plug_in import MODULE, OWN_TASKS, install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder where this process finds what is installed."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop(MODULE, None)


def test_a_plug_in_is_found_by_its_entry_point(place: Path) -> None:
    install(place, petals="Petals")
    assert list(task_providers()) == sorted([*OWN_TASKS, "petals"])
    assert task_provider("petals").get_task().display.title == "Petals"


@pytest.mark.parametrize(
    ("provider", "reason"),
    [
        ("Unstartable", "no licence"),
        ("Speechless", "'NoneType'"),
        ("Missing", "Missing"),
        ("Titanic", "titanic is taken"),
    ],
)
def test_one_that_cannot_be_used_is_left_out_with_a_line(
    place: Path, expect_log: Callable[[str], None], provider: str, reason: str
) -> None:
    install(place, petals="Petals", wrong=provider)
    expect_log(f"WARNING disco.default_tasks.registry: the task wrong .*{reason}")
    providers = task_providers()
    assert list(providers) == sorted([*OWN_TASKS, "petals"])
    assert providers["titanic"].get_task().display.title == "Titanic"


def test_an_unknown_task_is_answered_with_those_that_there_are(place: Path) -> None:
    install(place, petals="Petals")
    with pytest.raises(TaskError) as raised:
        task_provider("roses")
    assert raised.value.arguments == {"task": "roses", "known": sorted([*OWN_TASKS, "petals"])}
