from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from msgspec import structs
from torch import nn

from disco_desktop.engine.dataset.preprocessing import Preprocessing
from disco_desktop.engine.dataset.samples import Dataset, Samples
from disco_desktop.engine.models.objective import BinaryObjective, ClassObjective
from disco_desktop.engine.task.task import Adam, StochasticGradientDescent
from disco_desktop.engine.training.calibration import calibrated
from disco_desktop.engine.training.learner import Learner
from disco_desktop.engine.training.random_state import seed_random_numbers
from tests.engine.training.conftest import settings_of

CPU = torch.device("cpu")
MOST = 2
# Of a training's first and of its second half.
LAYOUTS = [("plain", "plain"), ("channels_last", "plain"), ("plain", "channels_last")]


class _Pictures(nn.Module):
    """Turns (n, h, w, c) into what convolutions take."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures.permute(0, 3, 1, 2).float()


def pictures(count: int) -> Samples:
    random = np.random.default_rng(4)
    return Samples(
        random.integers(0, 255, (count, 32, 32, 3), np.uint8),
        random.integers(0, 10, count),
        np.arange(1, count + 1),
    )


@pytest.fixture
def heavy() -> Learner:
    """Convolutions whose step takes long enough to be worth measuring."""
    torch.manual_seed(1)
    network = nn.Sequential(
        _Pictures(), nn.Conv2d(3, 32, 5), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 32, 5),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.5), nn.Linear(32, 10),
    )  # fmt: skip
    dataset = Dataset(pictures(64), pictures(8), Preprocessing(columns=()), "")
    return Learner(network, ClassObjective(), Adam(learning_rate=1e-3), dataset, CPU)


def settings(**changes: object):
    return structs.replace(settings_of(batch_size=64), **changes).resolved(10**6)


def test_measuring_leaves_everything_as_it_was(heavy: Learner) -> None:
    before, threads = heavy.state(), torch.get_num_threads()
    found = calibrated(heavy, settings(), most=MOST)
    after = heavy.state()
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert torch.get_num_threads() == threads
    assert found.threads in range(1, MOST + 1)
    assert found.layout in {"plain", "channels_last"}
    assert found.precision in {"float32", "bfloat16"}


def test_a_small_network_is_not_measured_further(passengers) -> None:
    network = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
    learner = Learner(network, BinaryObjective(), Adam(learning_rate=1e-3), passengers, CPU)
    found = calibrated(learner, settings(), most=64)
    assert (found.threads, found.layout, found.precision) == (1, "plain", "float32")


@pytest.mark.parametrize(
    "optimizer",
    [Adam(learning_rate=1e-3), StochasticGradientDescent(learning_rate=0.01, momentum=0.9)],
)
def test_layouts_come_to_the_same_weights(heavy: Learner, optimizer) -> None:
    """Also where a training with one layout is taken up with the other."""
    states = []
    for layout, later in (
        ("plain", "plain"),
        ("channels_last", "plain"),
        ("plain", "channels_last"),
    ):
        learner = Learner(
            copy.deepcopy(heavy._network),
            ClassObjective(), optimizer,
            Dataset(pictures(64), pictures(8), Preprocessing(columns=()), ""), CPU,
        )  # fmt: skip
        seed_random_numbers(3)
        learner.set_way(layout, "float32")
        for start in (0, 16):
            learner.step(torch.arange(start, start + 16))
        kept = learner.state()
        learner.set_way(later, "float32")
        learner.restore(kept)
        for start in (32, 48):
            learner.step(torch.arange(start, start + 16))
        states.append(learner.read_weights().buffer)
    assert np.allclose(states[0], states[1], atol=2e-3)
    assert np.allclose(states[0], states[2], atol=2e-3)


def test_fewer_bits_learn_nearly_the_same(heavy: Learner) -> None:
    rows = torch.arange(64)
    heavy.set_way("plain", "float32")
    seed_random_numbers(5)
    full, _, _ = heavy.step(rows)
    state = heavy.state()
    assert all(array.dtype != np.dtype("uint16") for array in state.values())
    heavy.set_way("plain", "bfloat16")
    seed_random_numbers(5)
    fewer, _, answers = heavy.step(rows)
    assert answers == 64
    assert fewer == pytest.approx(full, rel=0.1)


def test_what_is_not_measured_is_fixed() -> None:
    given = structs.replace(settings_of(), threads=None)
    assert not given.is_to_be_measured
    resolved = given.resolved(10**6)
    assert (resolved.layout, resolved.precision) == ("plain", "float32")
    free = structs.replace(given, is_measured=True)
    assert free.is_to_be_measured
    assert not structs.replace(free, precision="float32").is_to_be_measured
