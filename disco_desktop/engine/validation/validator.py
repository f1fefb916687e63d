"""The validator: how good a model is on labelled data, and what it says of unlabelled ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from disco_desktop.engine.errors import DataError
from disco_desktop.engine.models.device import choose_device
from disco_desktop.engine.models.network import build_network, load_weights
from disco_desktop.engine.models.objective import BinaryObjective
from disco_desktop.engine.validation.evaluation import predict_logits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from disco_desktop.engine.dataset.samples import Samples
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.weights import Weights


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a model says of each sample.

    Attributes:
        probability: of the outcome's second value, float32 (n,).
        prediction: 0 or 1, the likelier outcome's place among its values, int64 (n,).
    """

    probability: NDArray[np.float32]
    prediction: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """How a model does on labelled samples.

    Attributes:
        loss: mean binary cross-entropy.
        accuracy: share of right predictions.
        samples: number of samples.
        truth: 0 or 1 a sample, int64 (n,).
        prediction, probability: as in `Predictions`.
        confusion: counts, one row a true outcome and one column a predicted one.
    """

    __test__ = False  # pytest takes the name for a test's

    loss: float
    accuracy: float
    samples: int
    truth: NDArray[np.int64]
    prediction: NDArray[np.int64]
    probability: NDArray[np.float32]
    confusion: tuple[tuple[int, ...], ...]


class Validator:
    """Runs a model on samples without training it.

    Raises:
        ModelError: the weights are not those of the task's network.
    """

    def __init__(self, task: Task, weights: Weights, *, device: str | None = None) -> None:
        self._device = choose_device(device)
        self._objective = BinaryObjective()
        self._network = build_network(task)
        load_weights(self._network, weights)
        self._network.to(self._device)

    def test(self, samples: Samples) -> TestResult:
        """Compare predictions with the truth.

        Raises:
            DataError: there is nothing to test on, or the outcomes are missing.
        """
        if samples.targets is None or not len(samples):
            raise DataError("no_usable_rows", count=0)
        logits = self._logits(samples)
        loss = self._objective.loss(logits, torch.from_numpy(samples.targets)).item()
        predictions = self._predictions(logits)
        truth = samples.targets.astype(np.int64)
        confusion = np.bincount(2 * truth + predictions.prediction, minlength=4).reshape(2, 2)
        return TestResult(
            loss=loss,
            accuracy=int(confusion.trace()) / len(truth),
            samples=len(truth),
            truth=truth,
            prediction=predictions.prediction,
            probability=predictions.probability,
            confusion=tuple(tuple(row) for row in confusion.tolist()),
        )

    def predict(self, samples: Samples) -> Predictions:
        """Say for each sample which outcome is likelier, and how likely."""
        return self._predictions(self._logits(samples))

    def _logits(self, samples: Samples) -> torch.Tensor:
        features = torch.from_numpy(samples.features).to(self._device)
        return predict_logits(self._network, features).cpu()

    def _predictions(self, logits: torch.Tensor) -> Predictions:
        probability = self._objective.probabilities(logits).numpy()
        prediction = (logits.squeeze(1) > 0).to(torch.int64).numpy()
        return Predictions(probability=probability, prediction=prediction)
