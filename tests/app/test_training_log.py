"""What participants report, put in order."""

from __future__ import annotations

import pytest

from disco_desktop.app.processes.worker_messages import Finished, Happened, Started, TrafficCounted
from disco_desktop.app.training.log import TrainingLog, pooled
from disco_desktop.engine.client.ledger import Traffic
from disco_desktop.engine.events import (
    Attendee,
    Metrics,
    ParticipantsChanged,
    RosterChanged,
    RoundEnded,
    StatusChanged,
)


def figures(loss: float, accuracy: float | None, samples: int) -> Metrics:
    return Metrics(loss=loss, accuracy=accuracy, samples=samples)


def round_ended(number: int, *, seconds: float, validation: Metrics) -> Happened:
    return Happened(
        event=RoundEnded(
            round=number, rounds=5, model_round=number, participants=3, validation=validation,
            seconds=seconds, waited=0.1, is_counted=True,
        )
    )  # fmt: skip


def test_each_message_is_entered_where_it_belongs() -> None:
    log = TrainingLog(2)
    first, second = log.participants
    started = Started(node="a" * 16, session=3, training=8, validation=2)
    log.take(1, started)
    log.take(1, Happened(event=StatusChanged(status="local training")))
    log.take(1, Happened(event=ParticipantsChanged(participants=2, minimum=3)))
    done = Finished(weights_sha256="0", validation=figures(0.5, 0.5, 2))
    log.take(2, done)
    assert (first.number, first.started, first.status) == (1, started, "local training")
    assert (first.present, first.minimum, first.finished) == (2, 3, None)
    assert (second.number, second.started, second.finished) == (2, None, done)


def test_what_was_sent_is_the_sum_over_its_kinds_and_not_added_up_over_time() -> None:
    log = TrainingLog(1)
    for messages in (1, 2):
        kind = Traffic(messages_sent=messages, bytes_sent=10 * messages, bytes_received=messages)
        log.take(1, TrafficCounted(traffic={"update": kind, "control": kind}))
    assert (log.participants[0].bytes_sent, log.participants[0].bytes_received) == (40, 4)


def test_who_takes_part_is_kept_in_the_order_in_which_they_came() -> None:
    log = TrainingLog(1)
    anna, ben, cleo = (Attendee(node=name, presence="training", since=1.0) for name in "abc")
    paused = Attendee(node="a", presence="paused", since=2.0)
    for event in (
        RosterChanged(present=[anna, ben]),
        RosterChanged(present=[cleo, paused], gone=["b", "nobody"]),
    ):
        log.take(1, Happened(event=event))
    assert list(log.participants[0].attendees.values()) == [paused, cleo]


def test_a_round_is_summed_up_once_all_have_ended_it() -> None:
    log = TrainingLog(2)
    log.take(1, round_ended(1, seconds=2.0, validation=figures(1.0, 1.0, 30)))
    log.take(1, round_ended(2, seconds=2.0, validation=figures(1.0, 1.0, 30)))
    assert log.rounds() == []
    log.take(2, round_ended(1, seconds=5.0, validation=figures(3.0, 0.0, 10)))
    (summary,) = log.rounds()
    assert (summary.round, summary.seconds, summary.participants) == (1, 5.0, 3)
    assert summary.validation == figures(1.5, 0.75, 40)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], figures(0.0, 0.0, 0)),
        ([figures(9.0, 1.0, 0)], figures(0.0, 0.0, 0)),
        ([figures(9.0, 1.0, 0), figures(2.0, 0.5, 4)], figures(2.0, 0.5, 4)),
        ([figures(1.0, None, 1), figures(2.0, None, 3)], figures(1.75, None, 4)),
    ],
)
def test_figures_without_samples_weigh_nothing(parts: list[Metrics], whole: Metrics) -> None:
    assert pooled(parts) == whole
