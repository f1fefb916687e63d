from __future__ import annotations

from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from disco_desktop.engine.messages import TaskSummary
from disco_desktop.gui.item_models.tasks import CARD, TaskModel


def summaries(count: int) -> list[TaskSummary]:
    return [
        TaskSummary(
            id=f"task-{number}", digest="0" * 64, title=f"Task {number}", summary="What it learns",
            scheme="federated", data="tabular", session=0, round=0, rounds=5,
            participants=number, minimum=2,
        )
        for number in range(count)
    ]  # fmt: skip


def model_under_test() -> TaskModel:
    model = TaskModel()
    model.tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return model


def test_cards_say_what_people_read(qapp):
    model = model_under_test()
    model.show_tasks(summaries(2))
    first, second = (model.index(row).data(CARD) for row in range(2))
    assert (first.title, first.text) == ("Task 0", "What it learns")
    assert [words for words, _ in first.badges] == [
        "table", "via server", "no one training now",
    ]  # fmt: skip
    assert second.badges[-1] == ("1 training now", "success")
    assert model.index(1).data() == "Task 1 What it learns"
    assert model.index(1).data(Qt.ItemDataRole.AccessibleTextRole) == "Task 1"
    assert model.task_id(model.index(1)) == "task-1"


def test_new_figures_leave_the_rows_where_they_are(qapp):
    model = model_under_test()
    some = summaries(5)
    model.show_tasks(some)
    told, resets = [], []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.modelReset.connect(lambda: resets.append(True))
    model.show_tasks(summaries(5))
    assert told == []
    model.show_tasks([*some[:2], structs.replace(some[2], participants=9), *some[3:]])
    assert told == [(2, 2)]
    assert not resets
    assert model.index(2).data(CARD).badges[-1][0] == "9 training now"
    model.show_tasks(some[:1])
    assert resets
    assert model.rowCount() == 1


def test_text_from_elsewhere_does_nothing(qapp):
    model = model_under_test()
    model.show_tasks([structs.replace(summaries(1)[0], title="a\u202eb", summary="x\x1b[31m\ny")])
    assert model.index(0).data(CARD).title == "a\ufffdb"
    assert model.index(0).data() == "a\ufffdb x\ufffd[31m y"
