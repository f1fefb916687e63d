"""The cross-entropy over a large vocabulary, without ever having the logits of all tokens.

The logits of 1,024 tokens are 206 MB, and a plain loop has several copies of them. Here those of a
few tokens are computed, turned into probabilities where they are, multiplied into the gradients,
and overwritten by the next ones. So each is written once, and stays within the processor's cache.
"""

from __future__ import annotations

from typing import Any

import torch

# Tokens whose logits there are at once: on a processor as many as its cache has room for.
_TOKENS_ON_CPU = 64
_TOKENS_ELSEWHERE = 2_048


class TokenLoss(torch.autograd.Function):
    """Mean cross-entropy of tokens, and how many were predicted rightly.

    Computes the gradients on the way, where they are wanted; backward only scales them.
    """

    @staticmethod
    def forward(
        ctx: Any,
        known: torch.Tensor,
        weight: torch.Tensor,
        targets: torch.Tensor,
        precision: torch.dtype,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the loss and the number of right tokens, both of no dimension.

        Args:
            ctx: keeps the gradients.
            known: what is known before each token, float32 (n, width).
            weight: of the vocabulary, float32 (tokens, width).
            targets: the tokens, int64 (n,).
            precision: of the products; probabilities and sums are always float32.
        """
        is_trained = any(ctx.needs_input_grad[:2])
        count = max(len(targets), 1)
        size = _TOKENS_ON_CPU if known.device.type == "cpu" else _TOKENS_ELSEWHERE
        factors = weight.to(precision)  # the same tensor where that is float32
        loss = known.new_zeros(())
        right = torch.zeros((), dtype=torch.int64, device=known.device)
        gradient = torch.empty_like(known) if is_trained else None
        weight_gradient = torch.zeros_like(weight) if is_trained else None
        logits = known.new_empty((min(size, len(known)), len(weight)))
        for start in range(0, len(known), size):
            part = known[start : start + size].to(precision)  # (p, width)
            wanted = targets[start : start + size, None]  # (p, 1)
            values = logits[: len(part)]  # (p, tokens)
            if precision == torch.float32:
                torch.mm(part, factors.t(), out=values)
            else:
                values.copy_(part @ factors.t())
            of_wanted = values.gather(1, wanted)
            # Without its place, which would take four times as long to find.
            largest = values.amax(dim=1, keepdim=True)
            right += (of_wanted >= largest).sum()
            torch.softmax(values, 1, out=values)
            # The largest probability is never near zero, so that its logarithm is exact.
            loss += (largest - values.amax(dim=1, keepdim=True).log() - of_wanted).sum()
            if gradient is not None and weight_gradient is not None:
                values.scatter_add_(1, wanted, torch.full_like(of_wanted, -1.0))
                shares = values.to(precision)
                gradient[start : start + size] = shares @ factors
                if precision == torch.float32:
                    weight_gradient.addmm_(shares.t(), part)
                else:
                    weight_gradient += shares.t() @ part
        if gradient is not None and weight_gradient is not None:
            ctx.save_for_backward(gradient.div_(count), weight_gradient.div_(count))
        ctx.mark_non_differentiable(right)
        return loss / count, right

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> tuple[Any, Any, None, None]:
        """Return the gradients of what is known and of the weight."""
        gradient, weight_gradient = ctx.saved_tensors
        return gradient * upstream[0], weight_gradient * upstream[0], None, None
