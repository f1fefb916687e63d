"""Going on with a text, token by token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import torch
from msgspec import Meta, Struct

from disco_desktop.engine.dataset.text.tokenizer import END_OF_TEXT, decode, encode
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.models.device import choose_device
from disco_desktop.engine.models.gpt import GPTNetwork, KeptAttention
from disco_desktop.engine.models.network import build_network, load_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.weights import Weights

MOST_TOKENS = 100_000
_LONGEST_CHARACTER = 4  # tokens that may be parts of one character
# Weights below which a second thread takes longer to be told than to help, a token at a time.
_WORTH_MORE_THREADS = 50_000_000
_UNFINISHED = "\ufffd"


class GenerationSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a text is gone on with.

    Attributes:
        tokens: how many at most; the token that ends a text ends it before.
        temperature: zero always takes the likeliest token; one draws as the model says; more is
            more varied.
        top_k: draw from so many of the likeliest tokens; zero for all.
        seed: the same one gives the same text again, on one machine.
    """

    tokens: Annotated[int, Meta(ge=1, le=MOST_TOKENS)] = 100
    temperature: Annotated[float, Meta(ge=0, le=100)] = 0.8
    top_k: Annotated[int, Meta(ge=0, le=100_000)] = 40
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0


class Generator:
    """Goes on with texts as a model says.

    Raises:
        ModelError: the model does not write text, or the weights are not its own.
    """

    def __init__(self, task: Task, weights: Weights, *, device: str | None = None) -> None:
        network = build_network(task)
        if not isinstance(network, GPTNetwork):
            raise ModelError("model_writes_nothing", task=task.display.title)
        load_weights(network, weights)
        self._is_small = task.elements < _WORTH_MORE_THREADS
        self._device = choose_device(device)
        self._network = network.to(self._device).eval()

    def tokens(self, prompt: str, settings: GenerationSettings) -> Iterator[int]:
        """Yield the tokens that follow a prompt, the one that ends the text not included.

        What was read is kept, so that only the new token is read each time. Once as many are kept
        as the network can see, the latter half is read anew, as the beginning.
        """
        seen = encode([prompt])[0] or [END_OF_TEXT]
        seen = seen[-self._network.context :]
        random = torch.Generator().manual_seed(settings.seed)
        kept: list[KeptAttention] = []
        read = 0
        for _ in range(settings.tokens):
            if not kept or read == self._network.context:
                if kept:
                    seen = seen[-max(self._network.context // 2, 1) :]
                kept = [KeptAttention() for _ in self._network.blocks]
                read = 0
            logits = self._read(seen[read:], kept, read)
            read = len(seen)
            token = _draw(logits, settings, random)
            if token == END_OF_TEXT:
                return
            yield token
            seen.append(token)

    @torch.inference_mode()
    def _read(self, tokens: list[int], kept: list[KeptAttention], start: int) -> torch.Tensor:
        """Return the logits of what follows, float32 (vocabulary,), on the processor."""
        threads = torch.get_num_threads()
        if self._is_small:
            torch.set_num_threads(1)
        try:
            return self._logits(tokens, kept, start)
        finally:
            torch.set_num_threads(threads)

    def _logits(self, tokens: list[int], kept: list[KeptAttention], start: int) -> torch.Tensor:
        new = torch.tensor([tokens], device=self._device)
        known = self._network.read(new, kept, start)[:, -1]  # (1, C)
        logits: torch.Tensor = self._network.head(known)
        return logits[0].float().cpu()

    def pieces(self, prompt: str, settings: GenerationSettings) -> Iterator[tuple[str, int]]:
        """Yield the text that follows a prompt in pieces of whole characters, and their tokens."""
        waiting: list[int] = []
        for token in self.tokens(prompt, settings):
            waiting.append(token)
            text = decode(waiting)
            if not text.endswith(_UNFINISHED) or len(waiting) > _LONGEST_CHARACTER:
                yield text, len(waiting)
                waiting = []
        if waiting:
            yield decode(waiting), len(waiting)

    def text(self, prompt: str, settings: GenerationSettings) -> str:
        """Return the text that follows a prompt."""
        return decode(list(self.tokens(prompt, settings)))


def _draw(logits: torch.Tensor, settings: GenerationSettings, random: torch.Generator) -> int:
    """Draw a token; logits float32 (vocabulary,)."""
    if settings.temperature == 0:
        return int(logits.argmax())
    places = None
    if 0 < settings.top_k < len(logits):
        logits, places = torch.topk(logits, settings.top_k)
    # From the largest on, so that a temperature near zero gives no infinite number.
    shares = torch.softmax((logits - logits.max()) / settings.temperature, dim=0)
    drawn = torch.multinomial(shares, 1, generator=random)
    return int(drawn if places is None else places[drawn])
