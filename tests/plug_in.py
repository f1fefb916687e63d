"""A plug-in with tasks of its own, as it is installed: a module, and what metadata say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

# What comes with the application, by id.
OWN_TASKS = sorted(path.name for path in resource("tasks").iterdir())
MODULE = "petals_plug_in"
_CODE = '''
from disco_desktop.engine.task.provider import TaskProvider
from disco_desktop.engine.task.task import decode_task

TASK = b"""{
  "id": "petals",
  "display": {"title": "Petals", "summary": "Tell one iris from another by its petals."},
  "data": {
    "kind": "tabular",
    "inputs": [{"kind": "numeric", "name": "length"}, {"kind": "numeric", "name": "width"}],
    "outcome": {"kind": "binary", "name": "species", "values": ["0", "1"],
                "labels": ["another iris", "versicolor"]}
  },
  "model": {"kind": "dense", "hidden": [8]},
  "training": {
    "epochs": 4, "round_duration": 2, "batch_size": 16, "validation_split": 0.2,
    "optimizer": {"kind": "adam", "learning_rate": 0.01}
  },
  "collaboration": {"scheme": "federated", "minimum_participants": 2}
}"""


class Petals(TaskProvider):
    def get_task(self):
        return decode_task(TASK)


class Lengths(TaskProvider):
    """Predicts a number."""

    def get_task(self):
        outcome = (
            b'"outcome": {"kind": "number", "name": "area", "unit": "mm2",'
            b' "center": 6, "scale": 4}'
        )
        start, end = TASK.index(b'"outcome"'), TASK.index(b'},\\n  "model"')
        return decode_task(TASK[:start].replace(b"petals", b"lengths") + outcome + TASK[end:])


class Kinds(TaskProvider):
    """Tells three kinds apart."""

    def get_task(self):
        outcome = (
            b'"outcome": {"kind": "classes", "name": "kind", "values": ["a", "b", "c"],'
            b' "labels": ["setosa", "versicolor", "virginica"]}'
        )
        start, end = TASK.index(b'"outcome"'), TASK.index(b'},\\n  "model"')
        return decode_task(TASK[:start].replace(b"petals", b"kinds") + outcome + TASK[end:])


class Unstartable:
    def __init__(self):
        raise RuntimeError("no licence")


class Speechless(TaskProvider):
    def get_task(self):
        return None


class Titanic(Petals):
    def get_task(self):
        return decode_task(TASK.replace(b"petals", b"titanic"))


class Weightless(Petals):
    def get_model(self, path, *, seed=0):
        raise RuntimeError("no weights")
'''


def install(folder: Path, **providers: str) -> None:
    """Install the module into a folder, with providers of it as entry points, by name."""
    (folder / f"{MODULE}.py").write_text(_CODE)
    metadata = folder / "petals-1.0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (metadata / "METADATA").write_text("Name: petals\nVersion: 1.0\n")
    lines = [f"{name} = {MODULE}:{provider}" for name, provider in providers.items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[disco_desktop.tasks]", *lines, ""]))
