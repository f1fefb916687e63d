from __future__ import annotations

import math

import msgspec
import pytest
import torch

from disco_desktop.engine.dataset.dataset import load_labelled
from disco_desktop.engine.dataset.text.text_reader import NOTHING_FITTED
from disco_desktop.engine.dataset.text.tokenizer import END_OF_TEXT, decode, encode
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.network import build_network, load_weights
from disco_desktop.engine.task.gpt import GPT
from disco_desktop.engine.task.text import TextData
from disco_desktop.engine.validation.generation import GenerationSettings, Generator, _draw
from disco_desktop.engine.validation.validator import Validator
from disco_desktop.resource_files import resource

CONTEXT = 8
TASK = msgspec.structs.replace(
    task_provider("wikitext").get_task(),
    data=TextData(context=CONTEXT),
    model=GPT(layers=2, heads=2, width=8),
)
PROMPT = "The state of"


@pytest.fixture(scope="module")
def weights():
    weights = initial_weights(TASK, seed=2)
    weights.buffer[:] *= 8  # so that it prefers some tokens to others
    return weights


@pytest.fixture(scope="module")
def generator(weights) -> Generator:
    return Generator(TASK, weights, device="cpu")


def test_the_likeliest_token_is_the_one_that_the_whole_context_gives(
    generator: Generator, weights
) -> None:
    """What is kept changes nothing, until the context is full and slides."""
    network = build_network(TASK).eval()
    load_weights(network, weights)
    settings = GenerationSettings(tokens=20, temperature=0)
    written = list(generator.tokens(PROMPT, settings))
    assert len(written) == 20
    (prompt,) = encode([PROMPT])
    seen, read = list(prompt), 0
    for token in written:
        if read == CONTEXT:
            seen = seen[-CONTEXT // 2 :]
        with torch.no_grad():
            logits = network.head(network.read(torch.tensor([seen])))[0, -1]
        read = len(seen)
        assert token == int(logits.argmax())
        seen.append(token)


def test_the_same_seed_gives_the_same_text(generator: Generator) -> None:
    texts = [generator.text(PROMPT, GenerationSettings(tokens=30, seed=seed)) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_a_long_prompt_and_none_are_gone_on_from(generator: Generator) -> None:
    for prompt in (PROMPT * 100, ""):
        assert len(list(generator.tokens(prompt, GenerationSettings(tokens=3)))) == 3


def test_pieces_are_whole_characters_and_the_whole_text(generator: Generator) -> None:
    settings = GenerationSettings(tokens=200, temperature=2, top_k=0, seed=5)
    tokens = list(generator.tokens(PROMPT, settings))
    pieces = list(generator.pieces(PROMPT, settings))
    assert sum(count for _, count in pieces) == len(tokens)
    joined = "".join(text for text, _ in pieces)
    assert joined.replace("\ufffd", "") == decode(tokens).replace("\ufffd", "")


def test_a_text_ends_where_the_model_says_so(weights, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = Generator(TASK, weights, device="cpu")
    ending = torch.full((END_OF_TEXT + 1,), -10.0)
    ending[END_OF_TEXT] = 10.0
    monkeypatch.setattr(generator, "_read", lambda *_: ending)
    assert generator.text(PROMPT, GenerationSettings(tokens=5)) == ""


def test_only_the_likeliest_tokens_are_drawn() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0, 3.0])
    random = torch.Generator().manual_seed(1)

    def drawn(**wishes: float) -> set[int]:
        settings = msgspec.convert(wishes, GenerationSettings)
        return {_draw(logits, settings, random) for _ in range(300)}

    assert drawn(temperature=1.0, top_k=2) == {2, 3}
    assert drawn(temperature=1.0, top_k=0) == {0, 1, 2, 3}
    assert drawn(temperature=0.0) == {3}
    assert drawn(temperature=1e-30, top_k=0) == {3}


def test_a_model_of_tables_writes_nothing() -> None:
    task = task_provider("titanic").get_task()
    with pytest.raises(ModelError, match="model_writes_nothing"):
        Generator(task, initial_weights(task, seed=1))


def test_perplexity_is_that_of_the_true_loss(weights) -> None:
    """The mean over all tokens of all blocks, against torch's own."""
    loaded = load_labelled(
        TASK,
        resource("tasks", "wikitext", "sample", "1790_george_washington_n.txt"),
        NOTHING_FITTED,
    )
    metrics = Validator(TASK, weights, device="cpu").measure(loaded.samples)
    network = build_network(TASK).eval()
    load_weights(network, weights)
    blocks = torch.from_numpy(loaded.samples.features)
    with torch.no_grad():
        logits = network.head(network(blocks)).flatten(0, 1)
    wanted = blocks[:, 1:].long().flatten()
    loss = torch.nn.functional.cross_entropy(logits, wanted).item()
    assert metrics.loss == pytest.approx(loss, rel=1e-5)
    assert metrics.perplexity == pytest.approx(math.exp(loss), rel=1e-4)
    assert metrics.accuracy == pytest.approx((logits.argmax(1) == wanted).float().mean().item())
