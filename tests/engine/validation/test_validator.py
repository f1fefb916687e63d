from __future__ import annotations

import numpy as np
import pytest

from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.dataset.samples import Dataset, Samples
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.errors import DataError, ModelError
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.sample_tensors import MOST_IN_PIECE
from disco_desktop.engine.validation.validator import Validator
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

PROVIDER = task_provider("titanic")
TASK = PROVIDER.get_task()


@pytest.fixture(scope="module")
def passengers() -> Samples:
    dataset: Dataset = load_dataset(TASK, PROVIDER.sample_data())
    return dataset.validation


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(TASK, initial_weights(TASK, seed=2), device="cpu")


def test_a_test_compares_every_prediction_with_the_truth(
    validator: Validator, passengers: Samples
) -> None:
    result = validator.test(passengers)
    assert passengers.targets is not None
    assert result.samples == len(passengers)
    assert np.array_equal(result.truth, passengers.targets)
    assert np.array_equal(result.prediction, result.probabilities[:, 1] > 0.5)
    assert np.array_equal(result.probability, result.probabilities.max(axis=1))
    assert np.allclose(result.probabilities.sum(axis=1), 1)
    assert result.accuracy == pytest.approx(np.mean(result.truth == result.prediction))
    right = result.probabilities.astype(np.float64)[np.arange(result.samples), result.truth]
    assert result.loss == pytest.approx(-np.log(right).mean(), abs=1e-5)


def test_the_confusion_matrix_has_a_row_for_each_true_outcome(
    validator: Validator, passengers: Samples
) -> None:
    result = validator.test(passengers)
    for truth in (0, 1):
        for prediction in (0, 1):
            both = (result.truth == truth) & (result.prediction == prediction)
            assert result.confusion[truth][prediction] == both.sum()


def test_predictions_need_no_truth(validator: Validator, passengers: Samples) -> None:
    unlabelled = Samples(passengers.features, None, passengers.rows)
    predictions = validator.predict(unlabelled)
    tested = validator.test(passengers)
    assert np.array_equal(predictions.probabilities, tested.probabilities)
    assert np.array_equal(predictions.prediction, tested.prediction)


def test_many_samples_are_taken_batch_by_batch(validator: Validator, passengers: Samples) -> None:
    copies = MOST_IN_PIECE // len(passengers) + 2
    many = Samples(
        np.tile(passengers.features, (copies, 1)), None, np.tile(passengers.rows, copies)
    )
    predictions = validator.predict(many)
    once = validator.predict(passengers)
    assert np.allclose(predictions.probability, np.tile(once.probability, copies), atol=1e-6)


def test_nothing_to_predict(validator: Validator) -> None:
    nothing = Samples(np.zeros((0, 5), np.float32), None, np.zeros(0, np.int64))
    assert len(validator.predict(nothing).prediction) == 0


def test_nothing_to_test_on(validator: Validator, passengers: Samples) -> None:
    nothing = Samples(np.zeros((0, 5), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))
    for samples in (nothing, Samples(passengers.features, None, passengers.rows)):
        with pytest.raises(DataError) as raised:
            validator.test(samples)
        assert raised.value.code == "no_usable_rows"


def test_weights_of_another_task_are_refused() -> None:
    other = Weights.zeros(Manifest(names=("a",), shapes=((3,),)))
    with pytest.raises(ModelError) as raised:
        Validator(TASK, other)
    assert raised.value.code == "model_does_not_fit"
