from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from qasync import QEventLoop

from disco_desktop.gui import wording


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (999, "999 B"), (43_428, "43.4 kB"), (1_250_000, "1.2 MB")]
)
def test_sizes(count: int, words: str) -> None:
    assert wording.size(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, wording.NOTHING),
        (0.52, "0.5 s"),
        (59.6, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7_260, "2 h 1 min"),
    ],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert wording.duration(seconds) == words


def test_shares_and_figures() -> None:
    assert wording.share(0.8042) == "80.4 %"
    assert wording.figure(0.123456) == "0.123"
    assert wording.figure(None) == wording.NOTHING


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0.0001234, "0.000123"),
        (999.4, "999"),
        (999.6, "1,000"),
        (27_649.0, "27,600"),
        (-1_234.5, "-1,230"),
        (123_456_789_012.0, "1.23e+11"),
    ],
)
def test_large_figures_have_no_powers_of_ten(number: float, words: str) -> None:
    assert wording.figure(number) == words


def test_quantities_have_a_digit_more_and_their_unit() -> None:
    assert wording.quantity(12_345.6, "g") == "12,350 g"
    assert wording.quantity(None, "g") == wording.NOTHING


async def test_asynchronous_tests_run_on_the_windows_loop() -> None:
    assert isinstance(asyncio.get_running_loop(), QEventLoop)


def test_moments() -> None:
    local = datetime(2026, 3, 5, 9, 7).astimezone().isoformat()
    assert wording.moment(local) == "5 Mar 2026, 09:07"
    assert wording.moment("soon") == wording.NOTHING
    assert wording.moment("0001-01-01T00:00:00+00:00") in (wording.NOTHING, "1 Jan 1, 00:00")
