from __future__ import annotations

from msgspec import structs
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester

from disco_desktop.engine.events import Metrics
from disco_desktop.gui.item_models.models import SHARE, ModelColumn, ModelsModel
from disco_desktop.gui.wording import NOTHING
from tests.engine.memory.conftest import stored_model


def records(count: int):
    return [
        structs.replace(
            stored_model(
                f"Model {number}", created=f"2026-01-{number + 1:02}T10:00:00+00:00"
            ).record,
            size=1_000 * (number + 1),
            participants=number + 1,
            metrics=Metrics(loss=0.1, accuracy=number / 10, samples=5) if number else None,
        )
        for number in range(count)
    ]


def model_under_test() -> ModelsModel:
    model = ModelsModel()
    model.tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return model


def shown(model, column: ModelColumn) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_rows_say_what_people_read(qapp):
    model = model_under_test()
    model.show_records(records(2))
    assert [model.headerData(column, Qt.Orientation.Horizontal) for column in ModelColumn] == [
        "Name", "Task", "Trained", "Participants", "Accuracy", "Size",
    ]  # fmt: skip
    row = [model.index(0, column).data() for column in ModelColumn]
    assert row[0] == "Model 1"
    assert row[2].startswith("2 Jan 2026")
    assert row[3:] == ["2 participants", "10.0 %", "2.0 kB"]
    assert model.index(1, ModelColumn.SCHEME).data() == "alone"
    assert model.index(1, ModelColumn.ACCURACY).data() == NOTHING
    assert model.index(0, ModelColumn.ACCURACY).data(SHARE) == 0.1
    assert model.index(0, 4).data(Qt.ItemDataRole.AccessibleTextRole) == "Accuracy: 10.0 %"


def test_what_is_chosen_stays_chosen_over_changes(qapp):
    model = model_under_test()
    some = records(6)
    model.show_records(some)
    selection = QItemSelectionModel(model)
    selection.select(
        model.index(model.row_of(some[3].id), 0), QItemSelectionModel.SelectionFlag.Select
    )
    renamed = structs.replace(some[3], name="Renamed")
    newer = stored_model("Newer").record
    model.show_records([newer, some[5], renamed, some[2]])
    assert sorted(shown(model, ModelColumn.NAME)) == ["Model 2", "Model 5", "Newer", "Renamed"]
    (chosen,) = selection.selectedIndexes()
    assert chosen.data() == "Renamed"
    assert model.row_of(newer.id) is not None
    assert model.row_of("elsewhere") is None
    model.show_records([])
    assert model.rowCount() == 0


def test_searching_and_sorting(qapp):
    model = model_under_test()
    model.show_records(records(10))
    assert shown(model, ModelColumn.NAME)[0] == "Model 9"  # the newest first
    selection = QItemSelectionModel(model)
    selection.select(model.index(0, 0), QItemSelectionModel.SelectionFlag.Select)
    model.sort(ModelColumn.ACCURACY, Qt.SortOrder.AscendingOrder)
    assert shown(model, ModelColumn.NAME)[:2] == ["Model 0", "Model 1"]
    assert [index.data() for index in selection.selectedIndexes()] == ["Model 9"]
    model.sort(ModelColumn.SIZE, Qt.SortOrder.DescendingOrder)
    assert shown(model, ModelColumn.SIZE)[0] == "10.0 kB"
    model.look_for("TITANIC 7")
    assert shown(model, ModelColumn.NAME) == ["Model 7"]
    model.look_for("nothing like it")
    assert model.rowCount() == 0
    assert not model.is_empty
    model.show_records(records(3))
    assert model.rowCount() == 0  # they do not have the words
    model.look_for("")
    assert shown(model, ModelColumn.NAME) == ["Model 2", "Model 1", "Model 0"]


def test_a_new_name_finds_its_place(qapp):
    model = model_under_test()
    some = records(3)
    model.sort(ModelColumn.NAME)
    model.show_records(some)
    model.show_records([structs.replace(some[0], name="Zebra"), *some[1:]])
    assert shown(model, ModelColumn.NAME) == ["Model 1", "Model 2", "Zebra"]


def test_text_from_elsewhere_does_nothing(qapp):
    model = model_under_test()
    model.show_records([structs.replace(records(1)[0], name="a\u202eb", task_title="x\x1b[31m\ny")])
    assert model.index(0, ModelColumn.NAME).data() == "a\ufffdb"
    assert model.index(0, ModelColumn.TASK).data() == "x\ufffd[31m y"
