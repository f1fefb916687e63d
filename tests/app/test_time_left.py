from __future__ import annotations

import pytest

from disco_desktop.app.training.session_state import TimeLeft


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_claimed_before_the_first_epoch():
    assert TimeLeft(Clock()).training is None


def test_training_and_waiting_are_told_apart():
    clock = Clock()
    left = TimeLeft(clock)
    left.epoch_done(2.0, 3)
    assert left.training == 6.0
    clock.now += 1.5
    assert left.training == 4.5
    clock.now += 60  # waiting for others: nothing of our own goes on
    assert left.training == 4.0
    left.has_waited(60.0)
    left.has_waited(5.0)
    assert left.waited == 65.0
    assert left.training == 6.0


def test_it_follows_a_machine_that_becomes_slower():
    left = TimeLeft(Clock())
    left.epoch_done(1.0, 2)
    left.epoch_done(3.0, 1)
    assert left.training == pytest.approx(1.6)


def test_at_the_end_nothing_is_left():
    left = TimeLeft(Clock())
    left.epoch_done(1.0, 0)
    assert left.training == 0.0
