"""The confusion matrix: few classes with shares, many that one scrolls through."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt

from disco_desktop.gui.widgets.confusion_matrix import ConfusionMatrix, MatrixArea

MANY = 40


@pytest.fixture
def matrix(theme) -> ConfusionMatrix:
    return ConfusionMatrix(theme)


@pytest.fixture
def area(matrix, home_window, qtbot) -> MatrixArea:
    made = MatrixArea(matrix)
    home_window.setCentralWidget(made)
    home_window.show()
    qtbot.waitExposed(home_window)
    return made


def diagonal(classes: int) -> list[list[int]]:
    return [[row * classes + column for column in range(classes)] for row in range(classes)]


def labels(classes: int) -> list[str]:
    return [f"class {number}" for number in range(classes)]


def in_sight(area: MatrixArea, matrix: ConfusionMatrix) -> QRect:
    origin = matrix.mapFrom(area.viewport(), QPoint(0, 0))
    return QRect(origin, area.viewport().size())


def test_few_classes_are_read_whole_and_of_many_the_worst_mistakes(matrix, qtbot):
    qtbot.addWidget(matrix)
    matrix.show_counts(["cat", "dog"], [[4, 0], [2, 3]])
    assert matrix.accessibleDescription().split("; ") == [
        "True cat, predicted cat: 4", "True cat, predicted dog: 0",
        "True dog, predicted cat: 2", "True dog, predicted dog: 3",
    ]  # fmt: skip
    matrix.show_counts(labels(MANY), diagonal(MANY))
    said = matrix.accessibleDescription().split("; ")
    assert len(said) == 20
    assert said[0] == f"True class 39, predicted class 38: {39 * MANY + 38}"
    counts = [int(one.rpartition(": ")[2]) for one in said]
    assert counts == sorted(counts, reverse=True)


def test_few_classes_are_not_scrolled(area, matrix, qtbot):
    matrix.show_counts(labels(3), diagonal(3))
    qtbot.waitUntil(lambda: area.viewport().height() >= matrix.height())
    assert area.verticalScrollBar().maximum() == 0
    assert area.horizontalScrollBar().maximum() == 0
    assert area.sizeHint().height() < 400


def test_many_classes_have_legible_cells_and_are_scrolled(area, matrix, qtbot):
    matrix.show_counts(labels(MANY), diagonal(MANY))
    assert matrix.size() == matrix.sizeHint()
    assert matrix._cell(0, 0).width() == 34
    assert area.sizeHint().height() == 720
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert area.horizontalScrollBar().maximum() > 0
    matrix.show_counts(labels(2), diagonal(2))
    assert matrix.size() == matrix.sizeHint()
    assert matrix._cell(0, 0).width() == 76
    matrix.grab()


def test_what_is_scrolled_follows_the_arrows(area, matrix, qtbot):
    matrix.show_counts(labels(MANY), diagonal(MANY))
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert not in_sight(area, matrix).contains(matrix._cell(39, 39).toRect())
    matrix.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        for _ in range(MANY + 5):
            qtbot.keyClick(matrix, key)
            assert in_sight(area, matrix).contains(matrix._cell(*matrix._at).toRect())
    assert matrix._at == (39, 39)
    for _ in range(MANY):
        qtbot.keyClick(matrix, Qt.Key.Key_Up)
    assert in_sight(area, matrix).contains(matrix._cell(0, 39).toRect())
    with qtbot.waitSignal(matrix.selected) as chosen:
        qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert chosen.args == [0, 39]
    matrix.grab()


def test_a_press_between_cells_and_beside_them_chooses_nothing(area, matrix, qtbot):
    matrix.show_counts(labels(2), diagonal(2))
    chosen = []
    matrix.selected.connect(lambda row, column: chosen.append((row, column)))
    first, last = matrix._cell(0, 0).toRect(), matrix._cell(1, 1).toRect()
    for point in (QPoint(2, 2), QPoint(first.right() + 3, first.center().y()), last.center()):
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=point)
    assert chosen == [(1, 1)]
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=last.center())
    assert chosen == [(1, 1), (-1, -1)]


def test_the_chosen_cell_is_seen(area, matrix):
    matrix.show_counts(labels(2), diagonal(2))
    before = matrix.grab().toImage()
    matrix._choose((1, 1))
    assert matrix.grab().toImage() != before
    matrix.clear_choice()
    assert matrix.grab().toImage() == before


def test_without_classes_keys_do_nothing(matrix, qtbot):
    qtbot.addWidget(matrix)
    chosen = []
    matrix.selected.connect(lambda row, column: chosen.append((row, column)))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Escape):
        qtbot.keyClick(matrix, key)
    matrix.grab()
    assert chosen == []
    assert matrix._at == (0, 0)
