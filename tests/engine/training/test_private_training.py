"""What leaves a participant where the task asks for clipping and noise."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch
from torch import nn

from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.objective import BinaryObjective
from disco_desktop.engine.task.privacy import Privacy
from disco_desktop.engine.task.task import StochasticGradientDescent
from disco_desktop.engine.training.learner import Learner
from tests.engine.training.conftest import TASK, disco_of, trained
from tests.engine.training.meeting import Meeting, MeetingClient


def private_task(**privacy: float):
    together = msgspec.structs.replace(TASK.collaboration, privacy=Privacy(**privacy))
    return msgspec.structs.replace(TASK, collaboration=together)


async def updates_of(task, passengers) -> list[np.ndarray]:
    """Train alone in a meeting; return the update of each round."""
    meeting = Meeting(initial_weights(TASK, seed=0), minimum=1)
    await trained(disco_of(passengers, NoMemory(), MeetingClient(meeting), task=task))
    return [contributions[0][0].buffer for contributions in meeting.updates]


async def test_every_update_is_clipped_from_the_first_round_on(passengers) -> None:
    plain = await updates_of(TASK, passengers)
    clipped = await updates_of(private_task(clipping_norm=0.05), passengers)
    assert len(clipped) == 2
    for update in clipped:
        assert np.linalg.norm(update) == pytest.approx(0.05, rel=1e-4)
    # The change against the common model, not the weights: its direction is that of training.
    length = np.linalg.norm(plain[0])
    assert np.allclose(clipped[0], plain[0] * (0.05 / length), atol=1e-7)


async def test_a_wide_norm_without_noise_changes_not_a_bit(passengers) -> None:
    plain = await updates_of(TASK, passengers)
    private = await updates_of(private_task(clipping_norm=100.0), passengers)
    assert all(np.array_equal(one, other) for one, other in zip(plain, private, strict=True))


async def test_noise_has_its_deviation_and_is_no_part_of_the_seed(passengers) -> None:
    task = private_task(clipping_norm=0.5, noise_multiplier=2.0)
    first, second = [(await updates_of(task, passengers))[0] for _ in range(2)]
    plain = (await updates_of(private_task(clipping_norm=0.5), passengers))[0]
    for noisy in (first, second):
        assert (noisy - plain).std() == pytest.approx(1.0, rel=0.05)
    assert abs(np.corrcoef(first - plain, second - plain)[0, 1]) < 0.05


async def test_alone_nothing_leaves_and_nothing_is_changed(passengers) -> None:
    task = private_task(clipping_norm=1e-6, noise_multiplier=1.0)
    private, _ = await trained(disco_of(passengers, NoMemory(), task=task))
    plain, _ = await trained(disco_of(passengers, NoMemory()))
    assert private.weights.sha256() == plain.weights.sha256()


@pytest.mark.parametrize("is_fixed", [True, False])
def test_statistics_of_the_data_can_be_left_out(passengers, is_fixed: bool) -> None:
    network = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    learner = Learner(
        network, BinaryObjective(), StochasticGradientDescent(learning_rate=0.1), passengers,
        torch.device("cpu"), has_fixed_statistics=is_fixed,
    )  # fmt: skip
    weight = network[1].weight.detach().clone()
    learner.validate()
    learner.step(torch.arange(30))
    assert torch.equal(network[1].running_mean, torch.zeros(4)) == is_fixed
    assert not torch.equal(network[1].weight, weight)  # which are trained all the same
