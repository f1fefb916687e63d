"""A field changes by the wheel only where somebody is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

import disco_desktop.gui
from disco_desktop.gui.widgets.fields import Choice, DecimalField, NumberField, Slider


def make_choice() -> Choice:
    choice = Choice()
    choice.addItems(["a", "b", "c"])
    choice.setCurrentIndex(1)
    return choice


def make_slider() -> Slider:
    slider = Slider(Qt.Orientation.Horizontal)
    slider.setValue(50)
    return slider


def make_number() -> NumberField:
    field = NumberField(0, 100)
    field.setValue(50)
    return field


def make_decimal() -> DecimalField:
    field = DecimalField(0, 100, step=0.5, decimals=2)
    field.setValue(50)
    return field


def value_of(field: QWidget) -> float:
    return field.currentIndex() if isinstance(field, Choice) else field.value()


def turn_wheel(field: QWidget) -> bool:
    """Turn the wheel over a field; tell whether the field kept that for itself."""
    event = QWheelEvent(
        QPointF(field.rect().center()), QPointF(field.mapToGlobal(field.rect().center())),
        QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)
    return event.isAccepted()


@pytest.mark.parametrize("make", [make_choice, make_slider, make_number, make_decimal])
def test_the_wheel_scrolls_the_page_unless_somebody_is_in_the_field(make, home_window, qtbot):
    field, page, area = make(), QWidget(), QScrollArea()
    layout = QVBoxLayout(page)
    layout.addWidget(field)
    layout.addSpacing(5_000)
    area.setWidget(page)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    home_window.setCentralWidget(area)
    with qtbot.waitExposed(home_window):
        home_window.show()
    area.setFocus()
    before = value_of(field)
    assert not turn_wheel(field)  # Qt goes on to the page with what a field does not take
    assert value_of(field) == before
    home_window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    assert turn_wheel(field)
    assert value_of(field) != before


def test_no_page_has_a_field_of_another_kind():
    root = Path(disco_desktop.gui.__file__).parent
    bare = re.compile(r"\b(QSpinBox|QDoubleSpinBox|QComboBox|QSlider|QDial|QDateEdit)\(")
    found = [
        path.name
        for path in root.rglob("*.py")
        if path.name != "fields.py" and bare.search(path.read_text())
    ]
    assert found == []
