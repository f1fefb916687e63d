"""Makes what a version of Disco leaves behind, by its own commands, for later versions to open.

    python tests/versions/make_kept.py BIN tests/versions/kept/NAME

BIN is the folder of the commands `disco` and `disco-server` of the version whose files are made;
this script itself needs nothing of it. It leaves in the folder, beside a table:

- `profile`: what a person had (`DISCO_HOME`): a model in the memory, a training alone that was
  killed, one of two participants at a server;
- `server`, `tasks`: the server's data folder, with a finished session and the half one of those
  two, and the tasks that it offers;
- `expected.json`: what that version itself made of all this: predictions, figures, and the
  digests with which the two trainings end: `alone` when that version resumes it, `half` when it
  is not interrupted at all, and `resumed` when that version resumes that one. `root` and `port`
  are where it was made: absolute paths and the address stand in the plans, and who opens them
  puts its own in their place.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 120.0  # seconds for whatever is waited for
SEED = "7"
ROWS = 160
TITANIC = Path(__file__).parents[2] / "resources"

FINISHED = {
    "id": "small-titanic",
    "display": {"title": "Small Titanic", "summary": "Tell who survived."},
    "data": {
        "kind": "tabular",
        "inputs": [
            {"kind": "numeric", "name": "Age", "center": 29.7, "scale": 14.5},
            {"kind": "numeric", "name": "Fare"},
            {"kind": "numeric", "name": "Pclass", "missing": "refuse"},
        ],
        "outcome": {
            "kind": "binary",
            "name": "Survived",
            "values": ["0", "1"],
            "labels": ["died", "survived"],
        },
    },
    "model": {"kind": "dense", "hidden": [8, 4]},
    "training": {
        "epochs": 4,
        "round_duration": 2,
        "batch_size": 16,
        "validation_split": 0.2,
        "optimizer": {"kind": "adam", "learning_rate": 0.001},
    },
    "collaboration": {"scheme": "federated", "minimum_participants": 2},
}
HALFWAY = FINISHED | {
    "id": "long-titanic",
    "training": FINISHED["training"] | {"epochs": 60, "round_duration": 1},  # type: ignore[operator]
}


PICTURES = FINISHED | {
    "id": "small-shapes",
    "display": {"title": "Small shapes", "summary": "Tell discs from squares."},
    "data": {
        "kind": "image",
        "height": 16,
        "width": 16,
        "channels": 1,
        "outcome": {
            "kind": "classes",
            "name": "shape",
            "values": ["disc", "square"],
            "labels": ["disc", "square"],
        },
    },
    "model": {
        "kind": "layers",
        "layers": [
            {"kind": "convolution", "filters": 4, "kernel": 3},
            {"kind": "max_pool", "size": 2},
        ],
    },
}
TABLE_MODELS = {"Kept alone": "titanic.csv", "Kept together": "titanic.csv"}


class Version:
    """The commands of one version, and the folder that they work in."""

    def __init__(self, programs: Path, root: Path) -> None:
        """Work with the commands in one folder on what lies in another."""
        self.root = root
        self.data = root / "titanic.csv"
        self._programs = programs
        self._environment = os.environ | {"DISCO_HOME": str(root / "profile")}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    @property
    def alone(self) -> list[str]:
        """The task and options of a training alone."""
        return ["titanic", "--data", str(self.data), "--scheme", "local", "--seed", SEED]

    def at_server(self, data: Path) -> list[str]:
        """Return the options of a training of two participants at the server."""
        address = f"http://127.0.0.1:{self.port}"
        return ["--data", str(data), "--users", "2", "--server", address, "--seed", SEED]

    @property
    def together(self) -> list[str]:
        """The options of such a training on the table."""
        return self.at_server(self.data)

    @property
    def has_pictures(self) -> bool:
        """Whether it knows pictures."""
        command = [self._programs / "disco", "tasks"]
        listed = subprocess.run(command, env=self._environment, capture_output=True, check=True)
        return b"lus_covid" in listed.stdout

    def start(self, program: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Start a command."""
        command = [str(self._programs / program), *map(str, arguments)]
        return subprocess.Popen(command, env=self._environment, stdin=subprocess.DEVNULL)

    def run(self, *arguments: str | Path) -> None:
        """Run `disco` to its end."""
        if self.start("disco", *arguments).wait(PATIENCE) != 0:
            raise SystemExit(f"failed: disco {' '.join(map(str, arguments))}")

    def answer(self, *arguments: str | Path) -> Any:
        """Run `disco` to its end and return its JSON."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "answer.json"
            self.run(*arguments, "--json", path)
            return json.loads(path.read_bytes())

    def use(self, model: str, data: str) -> dict[str, Any]:
        """Return what a model says of each row or picture, and how good that is."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "predictions.csv"
            self.run("predict", model, "--data", self.root / data, "--out", path)
            with path.open(newline="") as file:
                rows = list(csv.DictReader(file))
        predictions = [[row["prediction"], row["probability"]] for row in rows]
        tested = self.answer("test", model, "--data", self.root / data)
        figures = {name: tested[name] for name in ("samples", "loss", "accuracy", "confusion")}
        return figures | {"data": data, "predictions": predictions}

    def digests(self, *arguments: str | Path) -> list[str]:
        """Run a training to its end and return the digests of its participants' weights."""
        answer = self.answer("train", *arguments)
        return [participant["weights_sha256"] for participant in answer["participants"]]

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Have the server run, and stop it as an operator does."""
        server = self.start(
            "disco-server", "--port", str(self.port), "--data-dir", self.root / "server",
            "--tasks", self.root / "tasks",
        )  # fmt: skip
        try:
            wait_until(lambda: self.tasks() is not None)
            yield
        finally:
            server.terminate()
            server.wait(PATIENCE)

    def tasks(self) -> dict[str, Any] | None:
        """Return the tasks that the server offers and how they stand, once it answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/tasks") as answer:
                return {task["id"]: task for task in json.load(answer)}
        except OSError:
            return None


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it has started, as a power cut would."""
    family = [process, *psutil.Process(process.pid).children(recursive=True)]
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    process.wait()


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise SystemExit("waited in vain")
        time.sleep(0.005)


def make(version: Version) -> dict[str, Any]:
    """Make everything; return what that version itself makes of it."""
    root = version.root
    write_table(version.data)
    tasks, models = [FINISHED, HALFWAY], TABLE_MODELS
    if version.has_pictures:
        write_pictures(root / "shapes")
        tasks, models = [*tasks, PICTURES], models | {"Kept pictures": "shapes"}
    for task in tasks:
        folder = root / "tasks" / str(task["id"])
        folder.mkdir(parents=True)
        (folder / "task.json").write_text(json.dumps(task, indent=1) + "\n")
    version.run("train", *version.alone, "--epochs", "3", "--save", "Kept alone")
    training = version.start("disco", "train", *version.alone, "--epochs", "40")
    slots = root / "profile" / "memory"
    wait_until(lambda: list(slots.glob("checkpoints/*/*.safetensors")))
    kill(training)

    with version.serving():
        version.run("train", "small-titanic", *version.together, "--save", "Kept together")
        if version.has_pictures:
            version.run("train", "small-shapes", *version.at_server(root / "shapes"),
                        "--save", "Kept pictures")  # fmt: skip
        training = version.start("disco", "train", "long-titanic", *version.together)
        wait_until(lambda: (version.tasks() or {})["long-titanic"]["round"] >= 3)
        kill(training)
        sessions = version.tasks()

    asked = root.with_name(root.name + "-asked")
    shutil.copytree(root, asked)
    expected: dict[str, Any] = {"root": str(root), "port": version.port}
    expected["models"] = {name: version.use(name, data) for name, data in models.items()}
    expected["sessions"] = sessions
    expected["alone"] = version.digests(*version.alone, "--resume")
    with version.serving():
        expected["resumed"] = version.digests("long-titanic", *version.together, "--resume")
    shutil.rmtree(root / "server")
    with version.serving():
        expected["half"] = version.digests("long-titanic", *version.together)
    shutil.rmtree(root)
    asked.rename(root)
    return expected


def write_table(path: Path) -> None:
    """Write the first passengers into a table."""
    with next(TITANIC.rglob("titanic.csv")).open(newline="") as file:
        rows = list(csv.reader(file))[: 1 + ROWS]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def write_pictures(folder: Path) -> None:
    """Draw discs and squares of several sizes, a folder each."""
    for label in ("disc", "square"):
        (folder / label).mkdir(parents=True)
        for number in range(20):
            picture = Image.new("L", (16, 16), number)
            place = (2, 2, 7 + number % 8, 7 + number % 8)
            draw = ImageDraw.Draw(picture)
            (draw.ellipse if label == "disc" else draw.rectangle)(place, 200 - number)
            picture.save(folder / label / f"{number:02}.png")


def main() -> None:
    """Make the files of one version."""
    parser = argparse.ArgumentParser(description="Make the kept files of one version.")
    parser.add_argument("programs", type=Path, help="folder of `disco` and `disco-server`")
    parser.add_argument("folder", type=Path, help="folder to make")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        version = Version(given.programs.absolute(), Path(place).resolve() / "made")
        version.root.mkdir()
        expected = make(version)
        (version.root / "expected.json").write_text(json.dumps(expected) + "\n")
        shutil.copytree(version.root, given.folder)
    sys.stdout.write(f"made {given.folder}\n")


if __name__ == "__main__":
    main()
