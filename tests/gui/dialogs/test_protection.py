from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from shiboken6 import isValid

from disco_desktop.engine.task.protection import LessProtectionError, Weakening
from disco_desktop.gui.dialogs.protection import ProtectionDialog
from disco_desktop.gui.widgets.text import Text


@pytest.fixture
def dialog(home_window, qtbot):
    error = LessProtectionError(
        "mnist", [Weakening("aggregation", "secure", "mean"), Weakening("noise", "1", "")]
    )
    dialog = ProtectionDialog(error, home_window)
    with qtbot.waitExposed(dialog):
        dialog.open()
    yield dialog
    if isValid(dialog):
        dialog.reject()
        qtbot.waitUntil(lambda: not isValid(dialog))


def test_both_tasks_stand_side_by_side(dialog):
    shown = [[dialog.table.index(row, column).data() for column in range(3)] for row in range(2)]
    assert shown[0] == [
        "Secure aggregation", "only the sum of all updates is seen", "each update is seen",
    ]  # fmt: skip
    assert shown[1] == ["Noise added to an update", "1", "none"]
    assert any("mnist" in text.text() for text in dialog.findChildren(Text))


def test_enter_and_escape_do_not_accept(dialog, qtbot):
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)


def test_whoever_wants_it_can(dialog, qtbot):
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.train, Qt.MouseButton.LeftButton)
