"""What the tests of the application's services start from."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import pytest

from disco_desktop.app.processes.assistant_job import AssistantProcess
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.task.task import encode_task
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.model_file import write_model
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from disco_desktop.app.processes.assistant_messages import AssistantMessage
    from disco_desktop.engine.task.task import Task

WhenTold: TypeAlias = "Callable[[type[AssistantMessage], Callable[[], None]], None]"


@pytest.fixture
def titanic() -> Task:
    return task_provider("titanic").get_task()


@pytest.fixture
def tasks_dir(tmp_path: Path, titanic: Task) -> Path:
    """A folder with the Titanic task and first weights, all zero since nobody trains on them."""
    bundle = tmp_path / "tasks" / titanic.id
    bundle.mkdir(parents=True)
    (bundle / "task.json").write_bytes(encode_task(titanic))
    widths = [5, 124, 64, 32, 1]
    names, shapes = [], []
    for number, (before, after) in enumerate(pairwise(widths), start=1):
        names += [f"dense{number}.weight", f"dense{number}.bias"]
        shapes += [(after, before), (after,)]
    manifest = Manifest(names=tuple(names), shapes=tuple(shapes))
    write_model(bundle / "weights.safetensors", Weights.zeros(manifest), {})
    return bundle.parent


@pytest.fixture
def when_told(monkeypatch: pytest.MonkeyPatch) -> WhenTold:
    """Give a function that has something done when a message is there, and not heard yet."""

    def arrange(kind: type[AssistantMessage], act: Callable[[], None]) -> None:
        receive = AssistantProcess.receive

        async def receive_and_act(process: AssistantProcess) -> AssistantMessage:
            message = await receive(process)
            if isinstance(message, kind):
                monkeypatch.setattr(AssistantProcess, "receive", receive)
                act()
            return message

        monkeypatch.setattr(AssistantProcess, "receive", receive_and_act)

    return arrange
