from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from disco_desktop.app.training.session import LogLine
from disco_desktop.gui.widgets.log_view import TrainingLogModel

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def line(number: int) -> LogLine:
    return LogLine(BEGAN + timedelta(seconds=number), "training")


class Changes(list[tuple[object, ...]]):
    """What a model tells its views."""

    def __init__(self, model: TrainingLogModel) -> None:
        super().__init__()
        model.modelReset.connect(lambda: self.append(("reset",)))
        model.rowsInserted.connect(lambda _, *rows: self.append(("inserted", *rows)))
        model.rowsRemoved.connect(lambda _, *rows: self.append(("removed", *rows)))


@pytest.fixture
def model(qapp, qtmodeltester) -> TrainingLogModel:
    made = TrainingLogModel()
    qtmodeltester.check(made)
    return made


def times(model: TrainingLogModel) -> list[str]:
    shown = [
        model.index(row, 0).data(Qt.ItemDataRole.DisplayRole) for row in range(model.rowCount())
    ]
    return [text.split()[0] for text in shown]


def test_lines_that_come_are_added(model):
    changes = Changes(model)
    model.show_lines([line(1), line(2)])
    model.show_lines([line(1), line(2)])
    model.show_lines([line(1), line(2), line(3)])
    assert changes == [("inserted", 0, 1), ("inserted", 2, 2)]
    assert len(set(times(model))) == 3


def test_a_full_log_forgets_its_oldest_lines_and_keeps_the_rest(model):
    lines = deque((line(number) for number in range(5)), maxlen=5)
    model.show_lines(lines)
    kept = times(model)[2:]
    changes = Changes(model)
    lines.extend([line(5), line(6)])
    model.show_lines(lines)
    assert changes == [("removed", 0, 1), ("inserted", 3, 4)]
    assert times(model)[:3] == kept
    assert model.rowCount() == 5


def test_another_log_takes_its_place(model):
    model.show_lines([line(1), line(2)])
    changes = Changes(model)
    model.show_lines([line(1), line(7)])
    model.show_lines([])
    assert changes == [("reset",), ("reset",)]
    assert model.rowCount() == 0
