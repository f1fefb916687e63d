"""Learning to predict a number."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from disco_desktop.app.training.log import Curves, pooled
from disco_desktop.app.words.sentences import event_sentence
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.dataset.samples import Samples
from disco_desktop.engine.events import BatchTrained, EpochTrained, Metrics, RoundEnded
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.objective import NumberObjective
from disco_desktop.engine.validation.validator import Validator
from tests.engine.training.conftest import disco_of, trained
from tests.nuclei import OUTCOME, PATH, nuclei_client, nuclei_task


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(nuclei_task(), PATH)


def test_targets_are_standardised_as_the_task_declares(dataset) -> None:
    assert dataset.training.targets.dtype == np.float32
    both = np.concatenate([dataset.training.targets, dataset.validation.targets])
    assert float(both.mean()) == pytest.approx(0, abs=0.02)
    assert float(both.std()) == pytest.approx(1, abs=0.02)


def test_the_loss_is_the_mean_squared_error_and_no_answer_is_right() -> None:
    objective = NumberObjective(OUTCOME)
    outputs, targets = torch.tensor([[0.0], [1.0]]), torch.tensor([2.0, 1.0])
    assert objective.loss(outputs, targets).item() == 2
    assert objective.count_right(outputs, targets) is None
    assert objective.values(targets).tolist() == [655 + 2 * 352, 655 + 352]
    assert OUTCOME.error(4.0) == 704


async def test_a_number_is_learnt_from_real_rows_without_an_accuracy(dataset) -> None:
    task = nuclei_task()
    disco = disco_of(
        dataset, NoMemory(), nuclei_client(task), task=task, epochs=12, round_duration=6
    )
    result, events = await trained(disco)
    curves = Curves()
    for event in events:
        if isinstance(event, BatchTrained):
            assert event.accuracy is None
        elif isinstance(event, EpochTrained):
            assert event.training.accuracy is event.validation.accuracy is None
            assert "accuracy" not in event_sentence(event)
            curves.take_epoch(event)
        elif isinstance(event, RoundEnded):
            assert "accuracy" not in event_sentence(event)
    assert len(curves.loss.training) == 12
    assert curves.accuracy.training == curves.accuracy.validation == []
    tested = Validator(task, result.weights, device="cpu").test(dataset.validation)
    assert tested.accuracy is None
    assert tested.loss == pytest.approx(result.final_validation.loss, rel=1e-4)
    assert tested.figures.unit == "µm²"
    assert tested.figures.r2 > 0.8
    rooted = tested.figures.root_mean_squared_error
    assert rooted == pytest.approx(OUTCOME.error(tested.loss), rel=1e-4)
    assert 0 < tested.figures.mean_absolute_error < rooted < 352


def test_the_figures_are_in_the_outcomes_own_unit(dataset) -> None:
    task = nuclei_task()
    validator = Validator(task, initial_weights(task, seed=0), device="cpu")
    tested = validator.test(dataset.validation)
    away = tested.values - tested.truth
    assert tested.truth.min() > 100  # square micrometres, not scales
    assert tested.figures.mean_absolute_error == pytest.approx(np.abs(away).mean())
    assert tested.figures.r2 == pytest.approx(1 - (away**2).mean() / tested.truth.var())
    unlabelled = Samples(dataset.validation.features, None, dataset.validation.rows)
    assert np.array_equal(validator.predict(unlabelled).values, tested.values)


def test_figures_without_an_accuracy_are_pooled() -> None:
    figures = pooled(
        [Metrics(loss=1.0, accuracy=None, samples=1), Metrics(loss=4.0, accuracy=None, samples=2)]
    )
    assert (figures.loss, figures.accuracy, figures.samples) == (3.0, None, 3)
