"""The validator: how good a model is on labelled data, and what it says of unlabelled ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from disco_desktop.engine.errors import DataError
from disco_desktop.engine.models.device import choose_device
from disco_desktop.engine.models.network import build_network, load_weights
from disco_desktop.engine.models.objective import (
    ClassifyingObjective,
    NumberObjective,
    build_objective,
)
from disco_desktop.engine.models.sample_tensors import SampleTensors
from disco_desktop.engine.validation.evaluation import evaluate, predict_outputs
from disco_desktop.engine.validation.judging import judge_classes, judge_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from disco_desktop.engine.dataset.samples import Samples
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.validation.figures import ClassifierFigures, NumberFigures
    from disco_desktop.engine.weights.weights import Weights

_LARGEST_EXPONENT = 700.0  # more is no float


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a model says of each sample.

    Attributes:
        probabilities: of each of the outcome's values, float32 (n, values).
        prediction: place of the likeliest value, int64 (n,).
    """

    probabilities: NDArray[np.float32]
    prediction: NDArray[np.int64]

    @property
    def probability(self) -> NDArray[np.float32]:
        """Of what was predicted, float32 (n,)."""
        return np.take_along_axis(self.probabilities, self.prediction[:, None], axis=1)[:, 0]


@dataclass(frozen=True, kw_only=True)
class TestResult(Predictions):
    """How a model does on labelled samples.

    Attributes:
        loss: mean cross-entropy.
        accuracy: share of right predictions.
        samples: number of samples.
        truth: place of the true value a sample, int64 (n,).
        confusion: counts, one row a true outcome and one column a predicted one.
        figures: how well it tells the outcome's values apart, and how sure it is.
    """

    __test__ = False  # pytest takes the name for a test's

    loss: float
    accuracy: float
    samples: int
    truth: NDArray[np.int64]
    confusion: tuple[tuple[int, ...], ...]
    figures: ClassifierFigures


@dataclass(frozen=True, kw_only=True)
class NumberPredictions:
    """The number that a model predicts for each sample, float64 (n,), in the outcome's unit."""

    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class NumberTestResult(NumberPredictions):
    """How far a model's numbers are from the true ones.

    Attributes:
        loss: mean squared error of the standardised outcome.
        accuracy: none, since no number is simply right.
        samples: number of samples.
        truth: the true numbers, float64 (n,).
        figures: the errors in the outcome's unit.
    """

    loss: float
    accuracy: None = None
    samples: int
    truth: NDArray[np.float64]
    figures: NumberFigures


@dataclass(frozen=True, kw_only=True)
class TextMetrics:
    """How a model does on texts.

    Attributes:
        loss: mean cross-entropy a token, in nats.
        accuracy: share of tokens that were predicted rightly.
        samples: number of blocks.
    """

    loss: float
    accuracy: float
    samples: int

    @property
    def perplexity(self) -> float:
        """Among how many tokens the model is in doubt, so to speak: exp(loss)."""
        return math.exp(self.loss) if self.loss < _LARGEST_EXPONENT else math.inf


class Validator:
    """Runs a model on samples without training it.

    Args:
        task: what the model predicts, and of what.
        weights: the model's.
        device: to run it on; the fastest there is where it is None.
        network: the task's own, where it is code and not a description.

    Raises:
        ModelError: the weights are not those of the task's network.
    """

    def __init__(
        self,
        task: Task,
        weights: Weights,
        *,
        device: str | None = None,
        network: torch.nn.Module | None = None,
    ) -> None:
        self._device = choose_device(device)
        self._network = build_network(task, network)
        self._objective = build_objective(task, self._network)
        load_weights(self._network, weights)
        self._network.to(self._device)

    def test(self, samples: Samples) -> TestResult | NumberTestResult:
        """Compare predictions with the truth.

        Raises:
            DataError: there is nothing to test on, or the outcomes are missing.
        """
        if samples.targets is None or not len(samples):
            raise DataError("no_usable_rows", count=0)
        outputs = self._outputs(samples)
        targets = torch.from_numpy(samples.targets)
        loss = self._objective.loss(outputs, targets).item()
        predictions = self._predictions(outputs)
        if isinstance(predictions, NumberPredictions):
            return self._compared(predictions, targets, loss)
        truth = samples.targets.astype(np.int64)
        values = predictions.probabilities.shape[1]
        pairs = np.bincount(values * truth + predictions.prediction, minlength=values**2)
        confusion = pairs.reshape(values, values)
        return TestResult(
            loss=loss,
            accuracy=int(confusion.trace()) / len(truth),
            samples=len(truth),
            truth=truth,
            prediction=predictions.prediction,
            probabilities=predictions.probabilities,
            confusion=tuple(tuple(row) for row in confusion.tolist()),
            figures=judge_classes(predictions.probabilities, truth),
        )

    def _compared(
        self, predictions: NumberPredictions, targets: torch.Tensor, loss: float
    ) -> NumberTestResult:
        assert isinstance(self._objective, NumberObjective)  # noqa: S101 - it gave numbers
        truth = self._objective.values(targets).numpy()
        return NumberTestResult(
            loss=loss,
            samples=len(truth),
            truth=truth,
            values=predictions.values,
            figures=judge_numbers(predictions.values, truth, self._objective.unit),
        )

    def measure(self, samples: Samples) -> TextMetrics:
        """Measure a model of texts, whose tokens are too many to be confused one by one.

        Raises:
            DataError: there is nothing to measure on.
        """
        if samples.targets is None or not len(samples):
            raise DataError("no_usable_texts")
        metrics = evaluate(self._network, self._objective, self._tensors(samples))
        assert metrics.accuracy is not None  # noqa: S101 - a token is right or wrong
        return TextMetrics(loss=metrics.loss, accuracy=metrics.accuracy, samples=metrics.samples)

    def predict(self, samples: Samples) -> Predictions | NumberPredictions:
        """Say for each sample which outcome is likeliest and how likely each is, or a number."""
        return self._predictions(self._outputs(samples))

    def _outputs(self, samples: Samples) -> torch.Tensor:
        return predict_outputs(self._network, self._tensors(samples)).cpu()

    def _tensors(self, samples: Samples) -> SampleTensors:
        return SampleTensors(samples.features, samples.targets, self._device, places=samples.places)

    def _predictions(self, outputs: torch.Tensor) -> Predictions | NumberPredictions:
        if isinstance(self._objective, NumberObjective):
            return NumberPredictions(values=self._objective.values(outputs[:, 0]).numpy())
        assert isinstance(self._objective, ClassifyingObjective)  # noqa: S101 - the other kind
        probabilities = self._objective.probabilities(outputs).numpy()
        return Predictions(
            probabilities=probabilities, prediction=probabilities.argmax(axis=1).astype(np.int64)
        )
