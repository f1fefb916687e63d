"""What others do wrong is told, and does not fill the log."""

from __future__ import annotations

import logging

import pytest

from disco_desktop.server.rate import OccasionalLog


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def incidents(now):
    log = logging.getLogger("occasional")
    return OccasionalLog(log, 60.0, clock=lambda: now[0])


def test_the_first_of_a_kind_is_told_and_the_rest_counted(incidents, now, caplog):
    caplog.set_level(logging.INFO)
    for number in range(5):
        incidents.tell("cut", "cut %d", number)
    assert caplog.messages == ["cut 0"]
    now[0] += 60.0
    incidents.tell("cut", "cut %d", 5)
    assert caplog.messages[1:] == ["cut 5 (and 4 more since the last such line)"]
    now[0] += 60.0
    incidents.tell("cut", "cut %d", 6)
    assert caplog.messages[2:] == ["cut 6"]


def test_kinds_do_not_silence_each_other(incidents, caplog):
    caplog.set_level(logging.INFO)
    incidents.tell("cut", "cut")
    incidents.tell("crowd", "crowd", level=logging.WARNING)
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "cut"),
        ("WARNING", "crowd"),
    ]
