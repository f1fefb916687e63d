from __future__ import annotations

import math

import pytest
import torch

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.models.device import choose_device
from disco_desktop.engine.models.objective import BinaryObjective, ClassObjective

LOGITS = torch.tensor([[2.0], [-1.0], [0.5], [-3.0]])
TARGETS = torch.tensor([1.0, 1.0, 0.0, 0.0])


def test_the_loss_is_the_mean_binary_cross_entropy() -> None:
    expected = [math.log(1 + math.exp(-2)), math.log(1 + math.exp(1)),
                math.log(1 + math.exp(0.5)), math.log(1 + math.exp(-3))]  # fmt: skip
    loss = BinaryObjective().loss(LOGITS, TARGETS).item()
    assert loss == pytest.approx(sum(expected) / 4)


def test_an_answer_is_right_when_the_likelier_outcome_is_the_true_one() -> None:
    assert BinaryObjective().count_right(LOGITS, TARGETS) == 2


def test_counting_does_not_disturb_what_is_to_be_trained() -> None:
    logits = LOGITS.clone().requires_grad_()
    assert BinaryObjective().count_right(logits * 1, TARGETS) == 2


def test_probabilities_are_those_of_both_values() -> None:
    probabilities = BinaryObjective().probabilities(LOGITS)
    second = pytest.approx([0.8808, 0.2689, 0.6225, 0.0474], abs=1e-4)
    assert probabilities[:, 1].tolist() == second
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(4))


def test_of_several_classes_the_likeliest_one_is_the_answer() -> None:
    logits = torch.tensor([[2.0, 0.0, 1.0], [0.0, 0.0, 3.0]])
    targets = torch.tensor([0, 1])
    objective = ClassObjective()
    assert objective.count_right(logits, targets) == 1
    first = -math.log(math.exp(2) / (math.exp(2) + 1 + math.e))
    second = -math.log(1 / (2 + math.exp(3)))
    assert objective.loss(logits, targets).item() == pytest.approx((first + second) / 2)
    probabilities = objective.probabilities(logits)
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(2))
    assert probabilities[0, 0].item() == pytest.approx(math.exp(-first))


def test_a_device_is_found_by_itself() -> None:
    assert choose_device().type in {"cpu", "cuda", "mps"}
    assert choose_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["abacus", "", "cpu:x"])
def test_an_unknown_device_is_named(name: str) -> None:
    with pytest.raises(ModelError) as raised:
        choose_device(name)
    assert raised.value.code == "device_unknown"
    assert raised.value.arguments == {"device": name}
