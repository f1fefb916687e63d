"""The small widgets of the pages that show data."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from disco_desktop.engine.dataset import source_files
from disco_desktop.engine.dataset.report import Problem
from disco_desktop.gui.item_models.data import ProblemsModel
from disco_desktop.gui.widgets.balance import BalanceBars, Legend
from disco_desktop.gui.widgets.confusion_matrix import ConfusionMatrix
from disco_desktop.gui.widgets.data_choice import TABLE_SUFFIXES, DataChoice
from disco_desktop.gui.widgets.notice import Verdict
from disco_desktop.gui.widgets.problem_list import ProblemList


def test_the_picker_offers_what_can_be_read() -> None:
    assert set(TABLE_SUFFIXES) == set(source_files._READERS_BY_NAME)


def test_bars_are_told_to_whoever_cannot_see_them(theme, qtbot):
    bars = BalanceBars(theme, "Outcomes")
    qtbot.addWidget(bars)
    bars.show_counts([("died", 3), ("survived", 1)])
    assert bars.accessibleDescription() == "died: 3  (75.0 %), survived: 1  (25.0 %)"
    bars.show_counts([("died", 0), ("survived", 0)])
    assert bars.accessibleDescription() == "died: 0, survived: 0"
    bars.grab()


def test_of_many_outcomes_the_rarest_are_put_together(theme, qtbot):
    bars = BalanceBars(theme, "Outcomes")
    qtbot.addWidget(bars)
    bars.show_counts([(f"class {number}", number) for number in range(1, 31)])
    told = bars.accessibleDescription().split(", ")
    assert len(told) == 12
    assert told[0].startswith("class 30: 30")
    assert told[-1].startswith(f"others: {sum(range(1, 20))}")


def test_arrows_move_in_the_matrix_and_space_chooses(theme, qtbot):
    matrix = ConfusionMatrix(theme)
    qtbot.addWidget(matrix)
    matrix.show_counts(["died", "survived"], [[4, 1], [2, 3]])
    assert "True survived, predicted died: 2" in matrix.accessibleDescription()
    chosen = []
    matrix.selected.connect(lambda row, column: chosen.append((row, column)))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Space):
        qtbot.keyClick(matrix, key)
    assert chosen == [(0, 1), (-1, -1)]
    cell = matrix._cell(1, 0).center().toPoint()
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=cell)
    matrix.clear_choice()
    matrix.clear_choice()
    assert chosen[2:] == [(1, 0), (-1, -1)]
    matrix.grab()


@pytest.fixture
def choice(theme, qtbot) -> DataChoice:
    made = DataChoice(theme, "Drop it here")
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_chosen_is_named(choice):
    assert choice.zone.isVisible()
    folder = Path("/home/somebody/" + "very long/" * 30)
    choice.show_choice(folder / "table.csv")
    assert not choice.zone.isVisible()
    assert choice._name.text() == "table.csv"
    assert len(choice._where.text()) < 100
    assert choice._where.toolTip().endswith("table.csv")


def test_a_name_from_elsewhere_does_nothing(choice):
    choice.show_choice(Path("/data/a\u202egnp\n<b>.csv"))
    assert "\u202e" not in choice._name.text()
    assert "\n" not in choice._name.text()
    assert choice._name.textFormat() == Qt.TextFormat.PlainText


def test_sample_data_are_offered_where_there_are_some(choice):
    chosen = []
    choice.chosen.connect(chosen.append)
    assert not choice._use_sample.isVisible()
    choice.offer_sample(Path("/samples"))
    choice._use_sample.trigger()
    assert chosen == [Path("/samples")]
    assert choice._name.text() == "Sample data"


def test_where_there_are_no_rows_none_is_asked_for(theme, qtbot):
    model = ProblemsModel()
    listed = ProblemList(theme, model, has_rows=False)
    qtbot.addWidget(listed)
    listed.show()
    asked = []
    listed.row_asked.connect(lambda problem, place: asked.append(place))
    model.show_problems(
        [Problem(code="cell_missing", severity="warning", column="Age", rows=[1, 2], count=2)]
    )
    listed.setCurrentIndex(model.index(0))
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert asked == []
    assert listed._delegate.chips(listed.visualRect(model.index(0)), model.index(0)) == []
    listed.grab()


def test_all_is_drawn_in_both_themes(theme, qtbot):
    from PySide6.QtGui import QAction

    legend = Legend(theme, ("danger_soft", "left out"), ("sunken", "filled in"))
    verdict = Verdict(theme, QAction("Continue"))
    for widget in (legend, verdict):
        qtbot.addWidget(widget)
    verdict.say("All rows can be used.", "Go on.", "success")
    assert verdict.text == "All rows can be used."
    assert legend.accessibleName() == "Colours: left out, filled in"
    light = legend.grab().toImage()
    theme.choose("dark")
    assert legend.grab().toImage() != light
    verdict.grab()
