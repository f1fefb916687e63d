"""Those who take part as Qt's views see them: single rows come, change and go."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from disco_desktop.engine.events import Attendee
from disco_desktop.gui.item_models.participants import (
    MOST_CHANGES,
    ParticipantColumn,
    ParticipantRow,
    ParticipantsModel,
    runs,
)


@pytest.fixture
def model(qapp):
    made = ParticipantsModel((ParticipantColumn("Letters", lambda row: str(len(row.name))),))
    made.tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    made.resets = []
    made.modelReset.connect(lambda: made.resets.append(True))
    return made


def row(name: str, presence: str = "training", since: float | None = None) -> ParticipantRow:
    at = time.time() if since is None else since
    return ParticipantRow(Attendee(node=name * 16, presence=presence, since=at), name)


def names(model: ParticipantsModel) -> list[str]:
    return [model.index(place, 0).data() for place in range(model.rowCount())]


def test_rows_come_change_and_go_one_by_one(model, qtbot):
    anna, ben, cleo = row("a"), row("b"), row("c")
    assert model.show_rows([anna, ben, cleo])
    assert names(model) == ["a", "b", "c"]
    with qtbot.waitSignal(model.rowsRemoved) as removed:
        assert model.show_rows([anna, cleo])
    assert removed.args[1:] == [1, 1]
    paused = row("c", "paused")
    with qtbot.waitSignal(model.dataChanged) as changed:
        assert model.show_rows([anna, paused])
    assert changed.args[0].row() == changed.args[1].row() == 1
    assert model.index(1, 1).data() == "Paused"
    with qtbot.waitSignal(model.rowsInserted) as inserted:
        assert model.show_rows([anna, paused, ben])
    assert inserted.args[1:] == [2, 2]
    assert model.resets == []


def test_the_first_of_those_wanted_goes_before_those_that_are_there(model):
    model.show_rows([row("b"), row("c")])
    assert model.show_rows([row("a"), row("b"), row("c"), row("d")])
    assert names(model) == ["a", "b", "c", "d"]


def test_a_crowd_comes_and_goes_in_parts(model):
    crowd = [
        ParticipantRow(Attendee(node=f"{number:016x}", presence="training", since=0.0), f"{number}")
        for number in range(2 * MOST_CHANGES)
    ]
    assert not model.show_rows(crowd)
    assert model.rowCount() == MOST_CHANGES
    assert model.show_rows(crowd)
    assert model.rowCount() == 2 * MOST_CHANGES
    assert not model.show_rows([])
    assert model.show_rows([])
    assert model.rowCount() == 0
    assert model.resets == []


def test_columns_and_further_ones(model):
    model.show_rows([row("anna", "away", since=0.0)])
    titles = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(4)]
    assert titles == ["Participant", "State", "Since", "Letters"]
    shown = [model.index(0, place).data() for place in range(4)]
    assert shown[:2] == ["anna", "Disconnected (waiting)"]
    assert "1970" not in shown[2]
    assert "Jan" in shown[2]
    assert shown[3] == "4"
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "anna" * 16


def test_runs_of_places():
    assert runs([]) == []
    assert runs([0, 1, 3, 5, 6]) == [(0, 1), (3, 3), (5, 6)]
