"""Initial weights without torch in this process: a child process draws them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import TaskError
from disco_desktop.engine.task.task import encode_task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

TIMEOUT = 120.0  # seconds; importing torch on a slow disk takes most of it


def draw_initial_weights(task: Task, path: Path, *, seed: int) -> None:
    """Write the weights of the task's network, as torch initialises it under a seed, to a file.

    Raises:
        TaskError: the child failed or took too long.
    """
    draw_several([(task, path)], seed=seed)


def draw_several(files: Sequence[tuple[Task, Path]], *, seed: int) -> None:
    """Write the initial weights of several tasks, all by one child.

    Raises:
        TaskError: the child failed or took too long.
    """
    command = [
        sys.executable, "-m", "disco_desktop.engine.models.initialise", str(seed),
        *(str(path) for _, path in files),
    ]  # fmt: skip
    tasks = b"\n".join(encode_task(task) for task, _ in files)
    name = ", ".join(task.id for task, _ in files)
    try:
        child = subprocess.run(  # noqa: S603 - our own module, with arguments we made
            command, input=tasks, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TaskError("initial_weights_failed", task=name, detail="timed out") from error
    if child.returncode != 0:
        detail = child.stderr.decode(errors="replace")[-2000:]
        raise TaskError("initial_weights_failed", task=name, detail=detail)
