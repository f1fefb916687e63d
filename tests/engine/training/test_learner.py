from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import nn

from disco_desktop.engine.models.objective import BinaryObjective
from disco_desktop.engine.task.task import Adam, StochasticGradientDescent
from disco_desktop.engine.training.learner import Learner
from disco_desktop.engine.training.random_state import (
    epoch_order,
    read_random_state,
    restore_random_state,
    seed_random_numbers,
)

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.samples import Dataset

CPU = torch.device("cpu")


def network() -> nn.Module:
    """Everything whose state is easily forgotten: dropout, running statistics, a counter."""
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Linear(5, 16), nn.BatchNorm1d(16, momentum=None), nn.ReLU(), nn.Dropout(0.4),
        nn.Linear(16, 1),
    )  # fmt: skip


def learner(dataset: Dataset, optimizer: Adam | StochasticGradientDescent) -> Learner:
    return Learner(network(), BinaryObjective(), optimizer, dataset, CPU)


OPTIMIZERS = [
    Adam(learning_rate=0.01),
    StochasticGradientDescent(learning_rate=0.1),
    StochasticGradientDescent(learning_rate=0.1, momentum=0.9),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("steps", [0, 1, 7])
def test_a_restored_learner_goes_on_as_the_one_before(
    passengers: Dataset, optimizer: Adam | StochasticGradientDescent, steps: int
) -> None:
    order = epoch_order(len(passengers.training), seed=1, epoch=1).split(40)
    first = learner(passengers, optimizer)
    seed_random_numbers(11)
    for rows in order[:steps]:
        first.step(rows)
    state, random = first.state(), read_random_state(CPU)
    expected = [first.step(rows) for rows in order[steps:]]

    second = learner(passengers, optimizer)
    second.restore(state)
    restore_random_state(random, CPU)
    assert [second.step(rows) for rows in order[steps:]] == expected
    for name, array in first.state().items():
        assert np.array_equal(second.state()[name], array), name


def test_what_was_copied_out_does_not_change_with_training(passengers: Dataset) -> None:
    one = learner(passengers, OPTIMIZERS[0])
    rows = torch.arange(40)
    one.step(rows)
    state = one.state()
    before = {name: array.copy() for name, array in state.items()}
    one.step(rows)
    assert all(np.array_equal(state[name], before[name]) for name in state)


def test_validating_changes_nothing(passengers: Dataset) -> None:
    one = learner(passengers, OPTIMIZERS[0])
    one.step(torch.arange(40))
    state = one.state()
    assert one.validate() == one.validate()
    assert all(np.array_equal(one.state()[name], state[name]) for name in state)


def test_a_step_follows_the_gradient_alone(passengers: Dataset) -> None:
    """Gradients of the step before must not count again."""
    own = learner(passengers, StochasticGradientDescent(learning_rate=0.1))
    plain = network()
    optimizer = torch.optim.SGD(plain.parameters(), lr=0.1)
    features = torch.from_numpy(passengers.training.features)
    targets = torch.from_numpy(passengers.training.targets)
    batches = torch.arange(120).split(40)
    torch.manual_seed(5)
    losses = [own.step(rows)[0] for rows in batches]
    torch.manual_seed(5)
    for rows, found in zip(batches, losses, strict=True):
        optimizer.zero_grad()
        logits = plain(features[rows]).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, targets[rows])
        loss.backward()
        optimizer.step()
        assert loss.item() == pytest.approx(found, rel=1e-6)


def test_the_order_of_an_epoch_takes_every_sample_once() -> None:
    order = epoch_order(1000, seed=4, epoch=2)
    assert sorted(order.tolist()) == list(range(1000))
    assert torch.equal(order, epoch_order(1000, seed=4, epoch=2))
    assert not torch.equal(order, epoch_order(1000, seed=4, epoch=3))
    assert not torch.equal(order, epoch_order(1000, seed=5, epoch=2))


def test_the_order_of_an_epoch_leaves_dropout_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    epoch_order(10, seed=1, epoch=1)
    assert torch.equal(torch.rand(2), expected)


def test_a_long_gradient_is_cut_and_a_short_one_is_not(passengers: Dataset) -> None:
    """With plain descent at a rate of one, a step is as long as its gradient."""
    rows = torch.arange(20)

    def length_of_step(largest: float | None) -> float:
        torch.manual_seed(1)
        optimizer = StochasticGradientDescent(learning_rate=1.0)
        one = Learner(
            nn.Linear(5, 1), BinaryObjective(), optimizer, passengers, CPU, largest_gradient=largest
        )
        before = one.read_weights().buffer.copy()
        one.step(rows)
        return float(np.linalg.norm(one.read_weights().buffer - before))

    whole = length_of_step(None)
    assert length_of_step(whole / 3) == pytest.approx(whole / 3, rel=1e-4)
    assert length_of_step(whole * 3) == pytest.approx(whole, rel=1e-6)
