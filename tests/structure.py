"""Measures the package's structure: `python -m tests.structure [--files]`.

Trains for real, three participants and their server in one process, and notes whose functions run
during one whole round: what somebody would read to follow it. Lines are counted in the sources.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import msgspec

import disco_desktop
from disco_desktop.engine import Disco, Share, find_task, load_dataset, task_provider
from disco_desktop.engine.events import RoundEnded
from disco_desktop.engine.task.task import SecureAggregation
from disco_desktop.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from disco_desktop.engine.task.task import Task

PACKAGE = Path(disco_desktop.__file__).parent
PARTICIPANTS = 3
FIRST, LAST = 1, 2  # what runs after everybody's first round and until everybody's second

EXCHANGES = {
    "a federated round": {},
    "an exchange among peers": {"scheme": "decentralized", "minimum_participants": 3},
    "an exchange among peers under masks": {
        "scheme": "decentralized",
        "minimum_participants": 3,
        "aggregation": SecureAggregation(),
    },
}


@dataclass
class Recorder:
    """Notes the package's files whose functions are called, in any thread, while it records."""

    is_recording: bool = False
    calls: Counter[str] = field(default_factory=Counter)

    def files(self) -> list[str]:
        """Return the files noted, relative to the package."""
        prefix = f"{PACKAGE}/"
        return sorted(name[len(prefix) :] for name in self.calls if name.startswith(prefix))

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if self.is_recording and frame.f_code.co_name != "<module>":
            self.calls[frame.f_code.co_filename] += 1

    @contextlib.contextmanager
    def tracing(self) -> Iterator[None]:
        """See every call of this thread and of all threads that begin meanwhile."""
        before = sys.gettrace()
        threading.settrace(self)
        sys.settrace(self)
        try:
            yield
        finally:
            sys.settrace(before)
            threading.settrace(before)


def collaborating(**collaboration: object) -> Task:
    """Return the Titanic task with short rounds, exchanged in another way."""
    task = find_task("titanic")
    return msgspec.structs.replace(
        task,
        training=msgspec.structs.replace(task.training, epochs=LAST + 1, round_duration=1),
        collaboration=msgspec.structs.replace(task.collaboration, **collaboration),
    )


async def record_round(task: Task, recorder: Recorder) -> None:
    """Train together, recording from the end of everybody's first round to that of the second."""
    data = task_provider("titanic").sample_data()
    at_first = asyncio.Barrier(PARTICIPANTS)
    left = PARTICIPANTS

    async def take_part(disco: Disco) -> None:
        nonlocal left
        try:
            async for event in disco.events():
                if not isinstance(event, RoundEnded):
                    continue
                if event.round == FIRST:
                    await at_first.wait()
                    recorder.is_recording = True
                elif event.round == LAST:
                    left -= 1
                    recorder.is_recording = left > 0
        finally:
            await disco.close()

    async with Server(task) as server, asyncio.TaskGroup() as group:
        for number in range(1, PARTICIPANTS + 1):
            share = load_dataset(task, data, share=Share(number, PARTICIPANTS))
            group.create_task(take_part(Disco(task, share, server.address)))


def files_of_a_round(**collaboration: object) -> list[str]:
    """Return the package's files that one round runs through, at participants and server."""
    recorder = Recorder()
    with recorder.tracing():
        asyncio.run(record_round(collaborating(**collaboration), recorder))
    return recorder.files()


@dataclass
class Lines:
    """How long the package's files are."""

    lengths: dict[str, int]
    imports: int  # lines that belong to import statements, of several lines each one counted

    @classmethod
    def counted(cls) -> Lines:
        lengths, imports = {}, 0
        for path in sorted(PACKAGE.rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            lengths[str(path.relative_to(PACKAGE))] = len(text.splitlines())
            imports += len(
                {
                    line
                    for node in ast.walk(ast.parse(text))
                    if isinstance(node, ast.Import | ast.ImportFrom)
                    for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
                }
            )
        return cls(lengths, imports)

    @property
    def total(self) -> int:
        return sum(self.lengths.values())

    @property
    def median(self) -> float:
        return statistics.median(self.lengths.values())

    @property
    def import_share(self) -> float:
        return self.imports / self.total


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.structure", description=__doc__)
    parser.add_argument("--files", action="store_true", help="name the files of each round, too")
    options = parser.parse_args()
    lines = Lines.counted()
    print(f"{lines.total:,} lines in {len(lines.lengths)} files, median {lines.median:g}")
    print(f"{lines.imports:,} of them are imports ({lines.import_share:.1%})")
    for name, collaboration in EXCHANGES.items():
        # Whoever runs this keeps models and keys elsewhere.
        with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, {"DISCO_HOME": home}):
            files = files_of_a_round(**collaboration)
        length = sum(lines.lengths[file] for file in files)
        print(f"{name} runs through {len(files)} files, {length:,} lines")
        if options.files:
            print("".join(f"  {file} ({lines.lengths[file]})\n" for file in files), end="")


if __name__ == "__main__":
    main()
