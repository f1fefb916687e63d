from __future__ import annotations

import pytest

from disco_desktop.app.processes.worker_messages import BatchesTrained
from disco_desktop.app.training.log import LARGEST_BATCHES, Curves
from disco_desktop.engine.events import EpochTrained, Metrics, RoundEnded

METRICS = Metrics(loss=0.5, accuracy=0.75, samples=186)


def batches(first: int, count: int, *, loss: float = 0.5) -> BatchesTrained:
    places = range(first, first + count)
    return BatchesTrained(
        epochs=[(place + 1) / 10 for place in places],
        losses=[loss + (-1) ** place * 0.1 for place in places],
        accuracies=[0.6] * count,
    )


def ended_round(participants: int) -> RoundEnded:
    return RoundEnded(
        round=1, rounds=2, model_round=1, participants=participants, validation=METRICS,
        seconds=1.0, waited=0.1, is_counted=True,
    )  # fmt: skip


def trained_epoch(epoch: int) -> EpochTrained:
    return EpochTrained(
        round=1, epoch=epoch, epochs=4, training=METRICS, validation=METRICS, seconds=1.0,
        peak_memory=1,
    )  # fmt: skip


def test_each_batch_is_a_point():
    curves = Curves()
    curves.take_batches(batches(0, 3))
    curves.take_batches(batches(3, 2))
    assert curves.batch_epochs == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert curves.loss.batches == pytest.approx([0.6, 0.4, 0.6, 0.4, 0.6])
    assert curves.accuracy.batches == [0.6] * 5


@pytest.mark.parametrize("count", [LARGEST_BATCHES + 1, LARGEST_BATCHES + 2, 3 * LARGEST_BATCHES])
def test_of_too_many_batches_the_means_remain_in_their_places(count):
    curves = Curves()
    curves.take_batches(batches(0, count))
    assert LARGEST_BATCHES / 4 < len(curves.batch_epochs) <= LARGEST_BATCHES
    assert len(curves.loss.batches) == len(curves.accuracy.batches) == len(curves.batch_epochs)
    assert curves.batch_epochs == sorted(curves.batch_epochs)
    assert curves.batch_epochs[-1] == count / 10
    # Batches that differ in turn have one mean; leaving every second one out would show 0.4.
    assert curves.loss.batches[:-1] == pytest.approx([0.5] * (len(curves.loss.batches) - 1))


def test_a_round_is_marked_where_there_was_somebody_to_exchange_with():
    curves = Curves()
    curves.take_round(ended_round(2))
    curves.take_epoch(trained_epoch(1))
    curves.take_round(ended_round(1))
    curves.take_epoch(trained_epoch(2))
    curves.take_round(ended_round(2))
    assert curves.epochs == [1, 2]
    assert curves.rounds == [2]
    assert curves.loss.training == [0.5, 0.5]
    assert curves.accuracy.validation == [0.75, 0.75]
