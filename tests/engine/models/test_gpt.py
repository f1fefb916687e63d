from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name

from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.models.gpt import GPTNetwork, KeptAttention
from disco_desktop.engine.models.network import manifest_of
from disco_desktop.engine.models.objective import LanguageObjective
from disco_desktop.engine.models.sample_tensors import SampleTensors
from disco_desktop.engine.task.gpt import GPT, GPT_SIZES
from disco_desktop.engine.task.outcome import BinaryOutcome
from disco_desktop.engine.task.tabular import NumericColumn, TabularData
from disco_desktop.engine.task.text import GPT2_TOKENS, PADDING, TextData

CONTEXT = 16
TINY = GPT(layers=2, heads=2, width=8)


@pytest.fixture
def network() -> GPTNetwork:
    torch.manual_seed(1)
    return GPTNetwork(TINY, TextData(context=CONTEXT)).eval()


@pytest.fixture
def blocks() -> torch.Tensor:
    generator = np.random.default_rng(1)
    tokens = generator.integers(0, GPT2_TOKENS, (5, CONTEXT + 1)).astype(np.uint16)
    tokens[1, 7:] = PADDING
    return torch.from_numpy(tokens)


def reference(network: GPTNetwork, blocks: torch.Tensor) -> torch.Tensor:
    logits = network.head(network(blocks)).flatten(0, 1)
    wanted = blocks[:, 1:].long().flatten()
    return F.cross_entropy(logits, wanted, ignore_index=PADDING)


def test_the_nano_size_has_the_weights_of_gpt_nano_with_an_own_head() -> None:
    assert GPT_SIZES["gpt-nano"].elements(TextData(context=128)) == 4_915_728


@pytest.mark.parametrize("name", sorted(GPT_SIZES))
def test_elements_are_those_of_the_network(name: str) -> None:
    data = TextData(context=128)
    with torch.device("meta"):
        network = GPTNetwork(GPT_SIZES[name], data)
    assert GPT_SIZES[name].elements(data) == sum(one.numel() for one in network.parameters())


def test_a_task_of_the_default_size_has_a_manifest() -> None:

    task = task_provider("wikitext").get_task()
    assert sum(math.prod(shape) for shape in manifest_of(task).shapes) == task.elements


def test_only_texts_fit() -> None:
    table = TabularData(
        inputs=(NumericColumn(name="a"),),
        outcome=BinaryOutcome(name="b", values=("0", "1"), labels=("no", "yes")),
    )
    with pytest.raises(ValueError, match="takes texts"):
        TINY.check_fits(table)


def test_heads_divide_the_width() -> None:
    with pytest.raises(msgspec.ValidationError, match="heads"):
        msgspec.convert({"kind": "gpt", "layers": 1, "heads": 3, "width": 8}, GPT)


def test_a_token_depends_on_those_before_it_alone(
    network: GPTNetwork, blocks: torch.Tensor
) -> None:
    changed = blocks.clone()
    changed[:, 9:] = 11
    before, after = network(blocks), network(changed)
    torch.testing.assert_close(before[:, :9], after[:, :9])
    assert not torch.allclose(before[:, 9:], after[:, 9:])


def test_loss_and_gradients_are_those_of_all_logits(
    network: GPTNetwork, blocks: torch.Tensor
) -> None:
    plain = reference(network, blocks)
    plain.backward()
    expected = [parameter.grad.clone() for parameter in network.parameters()]
    network.zero_grad()
    loss = LanguageObjective(network).loss(network(blocks), blocks)
    loss.backward()
    assert loss.item() == pytest.approx(plain.item(), rel=1e-6)
    for parameter, gradient in zip(network.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-3, atol=1e-7)


def test_with_fewer_bits_the_loss_is_within_a_hundredth(
    network: GPTNetwork, blocks: torch.Tensor
) -> None:
    with torch.no_grad():
        network.head.weight.mul_(40)  # as sharp as after a training
    objective = LanguageObjective(network)
    objective.precision = torch.bfloat16
    loss = objective.loss(network(blocks), blocks)
    loss.backward()
    assert loss.item() == pytest.approx(reference(network, blocks).item(), rel=0.01)
    assert all(bool(one.grad.isfinite().all()) for one in network.parameters())


def test_logits_far_from_zero_give_no_infinite_loss(
    network: GPTNetwork, blocks: torch.Tensor
) -> None:
    with torch.no_grad():
        network.head.weight.mul_(1e4)
        loss = LanguageObjective(network).loss(network(blocks), blocks)
        assert loss.item() == pytest.approx(reference(network, blocks).item(), rel=1e-4)


def test_padding_is_neither_counted_nor_judged(network: GPTNetwork, blocks: torch.Tensor) -> None:
    objective = LanguageObjective(network)
    assert objective.count_answers(blocks) == 5 * CONTEXT - 10
    likeliest = network.head(network(blocks)).argmax(dim=2)  # (n, t)
    right = blocks.clone()
    right[:, 1:] = torch.where(blocks[:, 1:].int() == PADDING, PADDING, likeliest.int()).to(
        torch.uint16
    )
    outputs = network(blocks)
    objective.loss(outputs, right)
    assert objective.count_right(outputs, right) == 5 * CONTEXT - 10
    assert objective.count_right(network(blocks), right) == 5 * CONTEXT - 10


def test_reading_token_by_token_is_reading_at_once(
    network: GPTNetwork, blocks: torch.Tensor
) -> None:
    tokens = blocks[:1, :-1].long()
    kept = [KeptAttention() for _ in network.blocks]
    first = network.read(tokens[:, :5], kept)
    rest = [network.read(tokens[:, n : n + 1], kept, n) for n in range(5, CONTEXT)]
    torch.testing.assert_close(torch.cat([first, *rest], dim=1), network.read(tokens))


def test_texts_are_their_own_targets_wherever_they_lie(blocks: torch.Tensor) -> None:
    texts = blocks.numpy()
    places = np.array([4, 0, 2])
    samples = SampleTensors(texts, texts, torch.device("cpu"), places=places)
    taken, targets = samples.take(torch.tensor([2, 0]))
    assert taken.tolist() == texts[[2, 4]].tolist() == targets.tolist()
    pieces = [(one.tolist(), two.tolist()) for one, two in samples.pieces() if two is not None]
    assert pieces == [(texts[places].tolist(), texts[places].tolist())]
