from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.models.network import build_network
from disco_desktop.engine.models.objective import build_objective
from disco_desktop.engine.task.gpt import GPT
from disco_desktop.engine.task.text import TextData
from disco_desktop.engine.training.learner import Learner
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.training.settings import Precision

TASK = msgspec.structs.replace(
    task_provider("wikitext").get_task(),
    data=TextData(context=16),
    model=GPT(layers=1, heads=2, width=16, dropout=0.1),
)
SPEECH = resource("tasks", "wikitext", "sample", "1790_george_washington_n.txt")


def steps(data: Path, count: int, precision: Precision = "float32") -> tuple[Learner, list[float]]:
    dataset = load_dataset(TASK, data)
    torch.manual_seed(4)
    network = build_network(TASK)
    learner = Learner(
        network,
        build_objective(TASK, network),
        TASK.training.optimizer,
        dataset,
        torch.device("cpu"),
        largest_gradient=TASK.training.largest_gradient,
    )
    learner.set_way("plain", precision)
    order = torch.arange(len(dataset.training)).split(8)
    return learner, [learner.step(order[n % 4])[0] for n in range(count)]


def test_the_same_seed_gives_the_same_bits() -> None:
    first, second = steps(SPEECH, 4), steps(SPEECH, 4)
    assert first[1] == second[1]
    assert first[0].read_weights().sha256() == second[0].read_weights().sha256()


def test_a_network_learns_the_tokens_that_it_sees_again_and_again() -> None:
    learner, losses = steps(SPEECH, 24)
    assert losses[-1] < losses[0] - 0.5
    validation = learner.validate()
    assert validation.accuracy is not None
    assert 0 < validation.loss < losses[0]


def test_with_fewer_bits_it_learns_as_well() -> None:
    exact, rough = steps(SPEECH, 8)[1], steps(SPEECH, 8, "bfloat16")[1]
    assert rough == pytest.approx(exact, rel=0.01)


def test_padding_is_no_part_of_a_step(tmp_path: Path) -> None:
    """A step on short lines counts their tokens and no others."""
    path = tmp_path / "lines.txt"
    path.write_text("".join(f"line {n}\n" for n in range(30)))
    task = msgspec.structs.replace(TASK, data=TextData(context=16, unit="lines"))
    dataset = load_dataset(task, path)
    network = build_network(task)
    learner = Learner(
        network, build_objective(task, network), TASK.training.optimizer, dataset,
        torch.device("cpu"),
    )  # fmt: skip
    blocks = dataset.training.features[dataset.training.places[:8]]
    _, _, answers = learner.step(torch.arange(8))
    assert answers == int((blocks[:, 1:] != 65_535).sum()) < 8 * 5
