from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from disco_desktop.engine.memory.record import LONGEST_HISTORY, History
from disco_desktop.engine.training.settings import TrainingSettings
from tests.engine.memory.conftest import history
from tests.engine.training.conftest import TASK, settings_of


def test_the_tasks_own_settings_and_what_is_given_in_their_place() -> None:
    settings = TrainingSettings.of(TASK, batch_size=7, seed=0)
    assert (settings.epochs, settings.round_duration) == (10, 2)
    assert (settings.batch_size, settings.seed, settings.threads) == (7, 0, None)


@pytest.mark.parametrize(
    ("epochs", "duration", "rounds"),
    [(10, 2, [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)]), (5, 2, [(1, 2), (3, 4), (5, 5)]),
     (1, 1, [(1, 1)]), (3, 9, [(1, 3)])],
)  # fmt: skip
def test_the_last_round_may_be_shorter(
    epochs: int, duration: int, rounds: list[tuple[int, int]]
) -> None:
    settings = settings_of(epochs=epochs, round_duration=duration)
    assert settings.rounds == len(rounds)
    for number, (first, last) in enumerate(rounds, start=1):
        assert (settings.first_epoch(number), settings.last_epoch(number)) == (first, last)


def test_small_work_has_one_thread() -> None:
    settings = TrainingSettings.of(TASK)
    assert settings.resolved(10_857).threads == 1
    assert (settings.resolved(10**8).threads or 0) >= 1
    assert TrainingSettings.of(TASK, threads=3).resolved(10_857).threads == 3


def test_a_seed_is_drawn_where_none_is_given() -> None:
    settings = TrainingSettings.of(TASK)
    seeds = {settings.resolved(10).seed for _ in range(3)}
    assert len(seeds) == 3
    assert None not in seeds
    assert TrainingSettings.of(TASK, seed=0).resolved(10).seed == 0


@pytest.mark.parametrize(
    "text",
    [
        '{"epochs": 0, "round_duration": 1, "batch_size": 1}',
        '{"epochs": 1000000000, "round_duration": 1, "batch_size": 1}',
        '{"epochs": 1, "round_duration": -1, "batch_size": 1}',
        '{"epochs": 1, "round_duration": 1, "batch_size": "NaN"}',
        '{"epochs": 1, "round_duration": 1, "batch_size": 1, "seed": -1}',
        '{"epochs": 1, "round_duration": 1, "batch_size": 1, "thread": 1}',
    ],
)
def test_settings_from_elsewhere_are_checked(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=TrainingSettings)


def test_the_window_needs_no_torch_for_them() -> None:
    code = (
        "import sys, disco_desktop.engine.memory.disk_memory\n"
        "import disco_desktop.engine.training.settings\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("epochs", [0, 1, LONGEST_HISTORY, LONGEST_HISTORY + 1, 99_999])
def test_a_thinned_history_is_short_and_ends_with_the_end(epochs: int) -> None:
    whole = History(epochs=history(epochs).epochs)
    thinned = whole.thinned()
    assert len(thinned.epochs) <= LONGEST_HISTORY
    assert thinned.epochs[-1:] == whole.epochs[-1:]
    assert thinned.epochs is not whole.epochs
    if epochs <= LONGEST_HISTORY:
        assert thinned == whole
