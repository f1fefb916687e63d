from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from disco_desktop.gui.plots.live_plot import LivePlot

SIZE = (500, 260)


@pytest.fixture
def plot(theme, qtbot) -> LivePlot:
    made = LivePlot(theme, "Loss")
    qtbot.addWidget(made)
    made.resize(*SIZE)
    made.show()
    return made


def colours(plot: LivePlot) -> set[str]:
    image = plot.grab().toImage()
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }


def test_it_shows_batches_epochs_and_rounds(plot):
    plot.show_batches([0.5, 1.0, 1.5, 2.0], [0.7, 0.6, 0.5, 0.4])
    plot.show_epochs([1, 2], [0.65, 0.45], [0.6, 0.5])
    plot.show_rounds([2])
    plot.show_rounds([2, 4])
    assert (plot.batches.across, plot.batches.values) == (
        [0.5, 1.0, 1.5, 2.0],
        [0.7, 0.6, 0.5, 0.4],
    )
    assert (plot.training.across, plot.training.values) == ([1, 2], [0.65, 0.45])
    assert (plot.validation.across, plot.validation.values) == ([1, 2], [0.6, 0.5])
    assert plot.rounds == [2, 4]
    assert plot.accessibleDescription() == "Loss: training 0.450, validation 0.500"


def test_each_curve_is_drawn_in_its_colour(plot, theme):
    legend_only = plot.grab().toImage()
    plot.show_epochs([1, 2, 3], [0.65, 0.45, 0.4], [0.6, 0.5, 0.5])
    shown, scale = plot.grab().toImage(), plot.scale()
    for curve, colour in ((plot.training, 0), (plot.validation, 1)):
        middle = scale.points([(2, curve.values[1])])[0].toPoint()
        assert shown.pixelColor(middle) == QColor(theme.tokens.series[colour])
        assert legend_only.pixelColor(middle) != QColor(theme.tokens.series[colour])


def test_values_that_come_while_it_is_shown_are_drawn(plot):
    plot.show_batches([0.5, 1.0], [0.7, 0.6])
    before = plot.grab().toImage()
    plot.show_batches([0.5, 1.0], [0.7, 0.6])
    assert plot.grab().toImage() == before
    epochs, losses = [0.5, 1.0], [0.7, 0.6]
    plot.show_batches(epochs, losses)
    epochs.append(1.5)  # as a session's curves grow
    losses.append(0.2)
    plot.show_batches(epochs, losses)
    assert plot.grab().toImage() != before
    assert plot.batches.values == [0.7, 0.6, 0.2]


def test_it_bears_what_is_no_number_and_no_values_at_all(plot):
    plot.grab()
    plot.show_batches([0.5, 1.0, 1.5], [math.nan, 0.6, math.inf])
    plot.show_epochs([1], [math.nan], [0.5])
    plot.grab()
    least, greatest = plot.scale().upwards
    assert least < 0.5 < 0.6 < greatest
    assert math.isfinite(greatest)
    plot.show_epochs([1, 2], [math.nan] * 2, [math.nan] * 2)
    plot.show_batches([], [])
    plot.grab()


def test_another_training_begins_anew(plot):
    before = plot.grab().toImage()
    plot.show_batches([0.5], [0.7])
    plot.show_epochs([1], [0.65], [0.6])
    plot.show_rounds([1])
    assert plot.grab().toImage() != before
    plot.clear_curves()
    assert plot.grab().toImage() == before


def test_a_share_is_shown_between_nothing_and_all(theme, qtbot):
    plot = LivePlot(theme, "Accuracy", is_share=True)
    qtbot.addWidget(plot)
    plot.show_epochs([1, 2], [0.5, 0.51], [0.5, 0.52])
    least, greatest = plot.scale().upwards
    assert least <= 0 < 1 <= greatest < 1.1


def test_it_follows_the_theme(plot, theme):
    plot.show_epochs([1, 2], [0.65, 0.45], [0.6, 0.5])
    light = {name.lower() for name in theme.tokens.series[:2]}
    assert light <= colours(plot)
    theme.choose("dark")
    dark = {name.lower() for name in theme.tokens.series[:2]}
    assert dark <= colours(plot)
    assert not light & colours(plot)


def test_lines_differ_in_more_than_colour(plot):
    assert plot.training.mark
    assert plot.validation.mark
    assert plot.training.mark != plot.validation.mark


def test_it_tells_the_values_under_the_pointer(plot):
    plot.show_epochs([1, 2, 3], [0.65, 0.451, 0.4], [0.6, 0.5, 0.55])
    place = plot.scale().points([(2.1, 0.5)])[0].toPoint()
    QApplication.sendEvent(plot, QHelpEvent(QEvent.Type.ToolTip, place, plot.mapToGlobal(place)))
    assert QToolTip.text() == "Epoch 2: training 0.451, validation 0.5"
    plot.clear_curves()
    assert plot.words_at(plot.scale(), place.toPointF()) == ""
    QToolTip.hideText()


def test_another_quantity_takes_its_place(plot):
    before = plot.grab(plot.rect().adjusted(0, 0, -SIZE[0] // 2, 0)).toImage()
    plot.rename("Token accuracy")
    assert plot.accessibleName() == "Token accuracy"
    assert plot.grab(plot.rect().adjusted(0, 0, -SIZE[0] // 2, 0)).toImage() != before


@pytest.mark.parametrize("size", [(1, 1), (60, 30), (3_000, 1_000)])
def test_it_is_drawn_in_any_size(plot, size):
    plot.setMinimumSize(0, 0)
    plot.show_batches([x / 10 for x in range(4_000)], [x % 13 for x in range(4_000)])
    plot.show_rounds([1, 2])
    plot.setFixedSize(*size)
    assert plot.grab().toImage().pixelColor(QPoint(0, 0)).isValid()
