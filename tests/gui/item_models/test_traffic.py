from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from disco_desktop.engine import messages
from disco_desktop.engine.client.ledger import FRAMING, Traffic
from disco_desktop.gui.item_models.results import TextTableModel
from disco_desktop.gui.item_models.traffic import (
    TrafficColumn,
    TrafficModel,
    known_kinds,
    words_for,
)
from disco_desktop.gui.wording import NOTHING


@pytest.fixture
def model(qapp):
    made = TrafficModel()
    made.tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return made


def column(model, which: TrafficColumn) -> list[str]:
    return [model.index(row, which).data() for row in range(model.rowCount())]


def test_each_message_of_the_protocol_has_words():
    kinds = {
        str(kind.__struct_config__.tag).replace("_", " ")
        for kind in vars(messages).values()
        if isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and issubclass(kind, messages.Message)
        and kind is not messages.Message
    }
    assert {"hello", "welcome"} <= kinds
    assert kinds <= set(known_kinds())
    assert {"update", "announcement", "model", "piece digests", FRAMING} <= set(known_kinds())
    assert words_for("something new")[0] == "something new"


def test_rows_begin_with_what_matters_most_and_end_with_framing(model):
    model.show_traffic(
        {
            FRAMING: Traffic(bytes_sent=80, bytes_received=7),
            "something new": Traffic(messages_sent=1, bytes_sent=5),
            "hello": Traffic(messages_sent=1, bytes_sent=188),
            "update": Traffic(messages_sent=2, bytes_sent=86_856),
        }
    )
    assert column(model, TrafficColumn.KIND) == [
        "Update", "Hello", "something new", "Framing and encryption",
    ]  # fmt: skip
    assert column(model, TrafficColumn.SENT) == ["86.9 kB", "188 B", "5 B", "80 B"]
    assert column(model, TrafficColumn.MESSAGES_SENT) == ["2", "1", "1", NOTHING]
    assert column(model, TrafficColumn.RECEIVED) == [NOTHING, NOTHING, NOTHING, "7 B"]


def test_growing_figures_do_not_reset_the_table(model, qtbot):
    traffic = {"update": Traffic(messages_sent=1, bytes_sent=10), "hello": Traffic(bytes_sent=1)}
    model.show_traffic(traffic)
    resets = []
    model.modelReset.connect(lambda: resets.append(True))
    traffic["update"].bytes_sent = 2_000
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.show_traffic(traffic)
    assert changed.args[0].row() == changed.args[1].row() == 0
    assert column(model, TrafficColumn.SENT)[0] == "2.0 kB"
    assert resets == []
    with qtbot.assertNotEmitted(model.dataChanged):
        model.show_traffic(traffic)


def test_a_table_of_texts(qapp):
    model = TextTableModel(["Where", "Keys"])
    model.tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    model.show_rows([("Models", "F2"), ("Models", "Del")])
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Keys"
    assert model.index(1, 1).data() == "Del"
    assert model.index(1, 1).data(Qt.ItemDataRole.ToolTipRole) == "Del"
