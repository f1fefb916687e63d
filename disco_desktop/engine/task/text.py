"""What texts must be for a task: their vocabulary, and how much of one the network sees."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

# Tokens of GPT-2's byte-pair vocabulary; the last one ends a text.
GPT2_TOKENS = 50_257
# Stands where a block of tokens has none, and is never counted.
PADDING = 65_535


class TextData(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="text"
):
    """Text files, of which the next token is predicted.

    Attributes:
        vocabulary: what a text is divided into.
        context: tokens that the network sees at once.
        unit: `running` text is packed into blocks without a gap; of `lines`, each is a sample of
            its own, filled up to the context with what is never counted.
    """

    vocabulary: Literal["gpt2"] = "gpt2"
    context: Annotated[int, Meta(ge=8, le=4_096)] = 128
    unit: Literal["running", "lines"] = "running"

    @property
    def predicts(self) -> str:
        """What a person calls that which is predicted."""
        return "token"

    @property
    def labels(self) -> tuple[str, ...]:
        """Tokens are too many to be listed."""
        return ()

    @property
    def values(self) -> tuple[str, ...]:
        """The same, as they stand in the data."""
        return ()

    @property
    def outputs(self) -> int:
        """Width of what the network predicts: one logit a token."""
        return GPT2_TOKENS
