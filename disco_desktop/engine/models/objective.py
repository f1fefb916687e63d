"""What a network is trained for, and how its answers are judged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name

from disco_desktop.engine.models.gpt import GPTNetwork
from disco_desktop.engine.models.token_loss import TokenLoss
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.outcome import BinaryOutcome, NumericOutcome
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.text import PADDING, TextData

if TYPE_CHECKING:
    from torch import Tensor, nn

    from disco_desktop.engine.task.task import Task


class Objective(ABC):
    """Turns what a network gives for a batch into a loss and a judgement.

    Attributes:
        has_right_answers: whether an answer is right or wrong; a number is only near or far.
        precision: of its own products, where it has any that take long.
    """

    has_right_answers = True
    precision: torch.dtype = torch.float32

    @abstractmethod
    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean loss over all answers that count."""

    @abstractmethod
    def count_right(self, outputs: Tensor, targets: Tensor) -> int | None:
        """Return how many answers are right; None where none can be."""

    def count_answers(self, targets: Tensor) -> int:
        """Return how many answers count: one a sample, unless a sample asks for several."""
        return len(targets)


class ClassifyingObjective(Objective):
    """Each answer is one of the outcome's values."""

    @abstractmethod
    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return the probability of each of the outcome's values, float32 (n, values)."""


class BinaryObjective(ClassifyingObjective):
    """One logit a sample: above zero means the outcome's second value."""

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean binary cross-entropy; `outputs` (n, 1), `targets` (n,) of 0 and 1."""
        return F.binary_cross_entropy_with_logits(outputs.squeeze(1), targets)

    def count_right(self, outputs: Tensor, targets: Tensor) -> int:
        """Return for how many samples the likelier outcome is the true one."""
        # In numpy, since torch takes more than twice as long for a few values, batch after batch.
        says_second = outputs.detach().cpu().numpy()[:, 0] > 0
        return int(np.count_nonzero(says_second == (targets.cpu().numpy() > 0.5)))

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return the probabilities of both values, float32 (n, 2)."""
        second = torch.sigmoid(outputs.float())
        return torch.cat([1 - second, second], dim=1)


class ClassObjective(ClassifyingObjective):
    """One logit a value: the largest one is the answer."""

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean cross-entropy; `outputs` (n, values), `targets` int64 (n,)."""
        return F.cross_entropy(outputs, targets)

    def count_right(self, outputs: Tensor, targets: Tensor) -> int:
        """Return for how many samples the likeliest value is the true one."""
        return int((outputs.detach().argmax(dim=1) == targets).sum())

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return the probability of each value, float32 (n, values)."""
        return torch.softmax(outputs.float(), dim=1)


class NumberObjective(Objective):
    """One number a sample: the outcome, standardised."""

    has_right_answers = False

    def __init__(self, outcome: NumericOutcome) -> None:
        self._outcome = outcome

    @property
    def unit(self) -> str:
        """The outcome's unit."""
        return self._outcome.unit

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean squared error; `outputs` (n, 1), `targets` (n,)."""
        return F.mse_loss(outputs.squeeze(1), targets)

    def count_right(self, outputs: Tensor, targets: Tensor) -> None:
        """Return None: no answer is simply right."""

    def values(self, standardised: Tensor) -> Tensor:
        """Return numbers in the outcome's own unit, float64, of any shape."""
        return standardised.double() * self._outcome.scale + self._outcome.center


class LanguageObjective(Objective):
    """What is known before each token of a text: the likeliest next token is the answer.

    Targets are the blocks that the network read, uint16 (n, t + 1). Padding is never counted.
    """

    def __init__(self, network: GPTNetwork) -> None:
        self._network = network
        # Loss and judgement come of one pass; it is asked for both, one after the other.
        self._judged: tuple[Tensor, int] | None = None

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean cross-entropy over all tokens; `outputs` float32 (n, t, width)."""
        wanted = _next_tokens(targets)  # (n * t,)
        known = outputs.flatten(0, 1)  # (n * t, width)
        is_counted = wanted != PADDING
        if not bool(is_counted.all()):
            known, wanted = known[is_counted], wanted[is_counted]
        loss, right = TokenLoss.apply(known, self._network.head.weight, wanted, self.precision)  # type: ignore[no-untyped-call]
        self._judged = (outputs, int(right))
        return loss  # type: ignore[no-any-return]

    def count_right(self, outputs: Tensor, targets: Tensor) -> int:
        """Return for how many tokens the likeliest one is the true one."""
        if self._judged is None or self._judged[0] is not outputs:
            with torch.no_grad():
                self.loss(outputs, targets)
        assert self._judged is not None  # noqa: S101 - the loss has just judged
        right = self._judged[1]
        self._judged = None
        return right

    def count_answers(self, targets: Tensor) -> int:
        """Return how many tokens are predicted."""
        return int((_next_tokens(targets) != PADDING).sum())


def _next_tokens(blocks: Tensor) -> Tensor:
    """Return the tokens that are predicted, int64 (n * t,)."""
    return blocks[:, 1:].long().flatten()


def build_objective(task: Task, network: nn.Module) -> Objective:
    """Return what the task's network is trained for."""
    match task.data:
        case TabularData(outcome=NumericOutcome() as outcome):
            return NumberObjective(outcome)
        case TabularData(outcome=BinaryOutcome()) | ImageData(outcome=BinaryOutcome()):
            return BinaryObjective()
        case TabularData() | ImageData():
            return ClassObjective()
        case TextData() if isinstance(network, GPTNetwork):
            return LanguageObjective(network)
    raise TypeError(f"no objective for {task.data}")  # every kind of data has one
