"""What is expected of data, what is wrong with them, and the figures of classes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from disco_desktop.engine.dataset.report import Problem
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.gui.item_models.data import PROBLEM, ExpectedColumnsModel, ProblemsModel
from disco_desktop.gui.item_models.results import ClassFiguresModel
from disco_desktop.gui.wording import NOTHING

DATA = task_provider("titanic").get_task().data


def under_test(model):
    model.tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return model


def cells(model, row: int) -> list[str]:
    return [model.index(row, column).data() for column in range(model.columnCount())]


def problem(code: str, severity: str = "warning") -> Problem:
    return Problem(code=code, severity=severity, file="a.csv", column="Age", rows=[1], count=1)


def test_each_column_of_the_task_is_explained(qapp):
    model = under_test(ExpectedColumnsModel())
    model.show_columns(DATA, {"Age": "22"})
    assert model.rowCount() == 6
    assert cells(model, 0) == ["Age", "age in years", "number", "replaced by the average", "22"]
    assert cells(model, 1)[-1] == "0.52"
    assert cells(model, 5)[2:] == ["0 = died, 1 = survived", "row is left out", "1"]
    assert model.headerData(3, Qt.Orientation.Horizontal) == "Empty cell"


def test_a_prediction_needs_no_outcome(qapp):
    model = under_test(ExpectedColumnsModel())
    model.show_columns(replace(DATA, group="Patient"), {}, with_outcome=False)
    assert model.rowCount() == 5
    model.show_columns(replace(DATA, group="Patient"), {})
    assert cells(model, 6)[0] == "Patient"
    assert cells(model, 6)[-1] == NOTHING


def test_problems_are_added_as_they_are_found(qapp, qtbot):
    model = under_test(ProblemsModel())
    first, second = problem("cell_not_number"), problem("cell_missing")
    model.show_problems([first])
    with qtbot.waitSignal(model.rowsInserted) as inserted, qtbot.assertNotEmitted(model.modelReset):
        model.show_problems([first, second])
    assert inserted.args[1:] == [1, 1]
    assert model.index(1).data(PROBLEM) == second
    assert "Age" in model.index(0).data()
    assert model.index(0).data(Qt.ItemDataRole.AccessibleDescriptionRole) == "warning"


def test_the_final_list_takes_their_place(qapp, qtbot):
    model = under_test(ProblemsModel())
    model.show_problems([problem("cell_missing")])
    with qtbot.waitSignal(model.modelReset):
        model.show_problems([problem("no_usable_rows", "error"), problem("cell_missing")])
    assert model.rowCount() == 2
    assert model.index(0).data(Qt.ItemDataRole.AccessibleDescriptionRole) == "error"


@pytest.mark.parametrize("labels", [["died", "survived"], ["a\nb", "c\u202ed"]])
def test_the_figures_of_classes_are_shown_in_words(qapp, labels):
    model = under_test(ClassFiguresModel())
    model.show_confusion(labels, [[40, 10], [0, 0]], [0.75, None])
    assert cells(model, 0)[1:] == ["100.0 %", "80.0 %", "88.9 %", "0.75", "50"]
    assert cells(model, 1)[1:] == ["0.0 %", NOTHING, "0.0 %", NOTHING, "0"]
    assert "\n" not in cells(model, 0)[0]
    assert "\u202e" not in cells(model, 1)[0]
