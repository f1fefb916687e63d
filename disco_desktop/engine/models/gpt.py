"""A GPT-2 style network, from tokens to what is known of the next one.

In the comments N is the number of texts, T of tokens in each, C the width, H the heads and V the
vocabulary.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from disco_desktop.engine.task.text import GPT2_TOKENS, PADDING

if TYPE_CHECKING:
    from disco_desktop.engine.task.gpt import GPT
    from disco_desktop.engine.task.text import TextData

_DEVIATION = 0.02  # of the first weights
END_OF_TEXT = GPT2_TOKENS - 1


class KeptAttention:
    """Keys and values of the tokens that a layer has read, so that none is read again."""

    def __init__(self) -> None:
        self._keys: torch.Tensor | None = None
        self._values: torch.Tensor | None = None

    def add(self, keys: torch.Tensor, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Add those of new tokens, (N, H, T, C/H), and return all."""
        if self._keys is not None and self._values is not None:
            keys = torch.cat([self._keys, keys], dim=2)
            values = torch.cat([self._values, values], dim=2)
        self._keys, self._values = keys, values
        return keys, values


class _Attention(nn.Module):
    def __init__(self, model: GPT) -> None:
        super().__init__()
        self._heads, self._dropout = model.heads, model.dropout
        self.inputs = nn.Linear(model.width, 3 * model.width)
        self.outputs = nn.Linear(model.width, model.width)
        self.dropout = nn.Dropout(model.dropout)

    def forward(self, values: torch.Tensor, kept: KeptAttention | None = None) -> torch.Tensor:
        n, t, c = values.shape
        joined = self.inputs(values).view(n, t, 3, self._heads, c // self._heads)
        q, k, v = joined.permute(2, 0, 3, 1, 4)  # each (N, H, T, C/H)
        if kept is not None:
            k, v = kept.add(k, v)
        seen = F.scaled_dot_product_attention(
            q,
            k,
            v,
            dropout_p=self._dropout if self.training else 0.0,
            is_causal=t == k.shape[2],  # a single new token sees all that were before
        )
        mixed = self.outputs(seen.transpose(1, 2).reshape(n, t, c))  # (N, T, C)
        result: torch.Tensor = self.dropout(mixed)
        return result


class _Block(nn.Module):
    def __init__(self, model: GPT) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(model.width)
        self.attention = _Attention(model)
        self.norm2 = nn.LayerNorm(model.width)
        self.widen = nn.Linear(model.width, 4 * model.width)
        self.narrow = nn.Linear(4 * model.width, model.width)
        self.dropout = nn.Dropout(model.dropout)

    def forward(self, values: torch.Tensor, kept: KeptAttention | None = None) -> torch.Tensor:
        values = values + self.attention(self.norm1(values), kept)
        wide = F.gelu(self.widen(self.norm2(values)), approximate="tanh")  # (N, T, 4C)
        result: torch.Tensor = values + self.dropout(self.narrow(wide))
        return result


class GPTNetwork(nn.Module):
    """Blocks of tokens to what is known of each next token.

    Attributes:
        context: tokens that it sees at most.
        head: from what is known to a logit for each token of the vocabulary; the objective
            applies it, a few tokens at a time.
    """

    def __init__(self, model: GPT, data: TextData) -> None:
        super().__init__()
        self.context = data.context
        self.tokens = nn.Embedding(data.outputs, model.width)
        self.positions = nn.Embedding(data.context, model.width)
        self.dropout = nn.Dropout(model.dropout)
        self.blocks = nn.ModuleList(_Block(model) for _ in range(model.layers))
        self.norm = nn.LayerNorm(model.width)
        self.head = nn.Linear(model.width, data.outputs, bias=False)
        self._initialise(model.layers)

    def _initialise(self, layers: int) -> None:
        """Draw the first weights as GPT-2 does: less where layers are added up."""
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif parameter.dim() > 1:
                is_added = name.endswith(("attention.outputs.weight", "narrow.weight"))
                deviation = _DEVIATION / math.sqrt(2 * layers) if is_added else _DEVIATION
                nn.init.normal_(parameter, std=deviation)

    def forward(self, blocks: torch.Tensor) -> torch.Tensor:
        """Read blocks, uint16 (N, T + 1), but for each last token; return float32 (N, T, C)."""
        tokens = blocks[:, :-1].int()  # (N, T)
        return self.read(tokens.masked_fill(tokens == PADDING, END_OF_TEXT))

    def read(
        self, tokens: torch.Tensor, kept: list[KeptAttention] | None = None, start: int = 0
    ) -> torch.Tensor:
        """Read tokens, integers (N, T), and return what is known after each, (N, T, C).

        Args:
            tokens: one at a time where others were read before.
            kept: what each layer keeps of the tokens before.
            start: how many those are.
        """
        places = torch.arange(start, start + tokens.shape[1], device=tokens.device)
        values = self.dropout(self.tokens(tokens) + self.positions(places))  # (N, T, C)
        for number, block in enumerate(self.blocks):
            values = block(values, None if kept is None else kept[number])
        result: torch.Tensor = self.norm(values)
        return result
