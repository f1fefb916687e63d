"""GPT-2's byte-pair vocabulary: from texts to tokens, and back."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

from disco_desktop.engine.task.text import GPT2_TOKENS
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from collections.abc import Sequence

END_OF_TEXT = GPT2_TOKENS - 1


@cache
def _gpt2() -> Tokenizer:
    files = (str(resource("gpt2", name)) for name in ("encoder.json", "vocab.bpe"))
    tokenizer = Tokenizer(BPE.from_file(*files))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def encode(texts: Sequence[str]) -> list[list[int]]:
    """Return the tokens of each text; none of them is the one that ends a text."""
    return [encoded.ids for encoded in _gpt2().encode_batch_fast(list(texts))]


def decode(tokens: Sequence[int]) -> str:
    """Return the text of some tokens; a part of a character becomes a replacement character."""
    text: str = _gpt2().decode(list(tokens), skip_special_tokens=False)
    return text
