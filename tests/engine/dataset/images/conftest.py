"""A task of pictures, and pictures to put into folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.image_architecture import LayeredNetwork
from disco_desktop.engine.task.outcome import ClassOutcome
from disco_desktop.engine.task.task import Adam, Collaboration, Display, Task, Training

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OUTCOME = ClassOutcome(name="animal", values=("cat", "dog"), labels=("a Cat", "a Dog"))


def data_of(**changes: object) -> ImageData:
    given = {"height": 16, "width": 16, "outcome": OUTCOME}
    return ImageData(**(given | changes))


def task_of(**changes: object) -> Task:
    return Task(
        id="animals",
        display=Display(title="Animals"),
        data=data_of(**changes),
        model=LayeredNetwork(layers=()),
        training=Training(
            epochs=1,
            round_duration=1,
            batch_size=4,
            validation_split=0.25,
            optimizer=Adam(learning_rate=1e-3),
        ),
        collaboration=Collaboration(scheme="federated"),
    )


def picture(seed: int, size: tuple[int, int] = (16, 16), mode: str = "RGB") -> Image.Image:
    """A picture of noise, another one for each seed."""
    channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    shape = (size[1], size[0], *channels)
    return Image.fromarray(
        np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8), mode=None
    )


@pytest.fixture
def task() -> Task:
    return task_of()


@pytest.fixture
def fill() -> Callable[..., Path]:
    """Give a function that puts pictures of noise into a folder."""

    def put(folder: Path, count: int, *, first: int = 0) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(first, first + count):
            picture(number).save(folder / f"{number:04}.png")
        return folder

    return put


@pytest.fixture
def animals(tmp_path: Path, fill: Callable[..., Path]) -> Path:
    """Twenty cats and twenty dogs, in folders at different depths."""
    root = tmp_path / "animals"
    fill(root / "cat", 10)
    fill(root / "cat" / "deep" / "er", 10, first=10)
    fill(root / "dog", 20, first=100)
    return root
