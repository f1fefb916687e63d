"""Points that lie on a diagonal where all is as it should be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from disco_desktop.gui.widgets.figures import SquarePlot

FIVE = [(0.1, 0.2), (0.3, 0.3), (0.5, 0.4), (0.7, 0.9), (0.9, 0.8)]


@pytest.fixture
def plot(theme, qtbot) -> SquarePlot:
    made = SquarePlot(theme, "How sure", across="Said", upwards="Right")
    qtbot.addWidget(made)
    made.resize(500, 300)
    return made


@pytest.mark.parametrize("number", [1, 4, 0, 5])
def test_as_many_points_are_drawn_as_there_are_now(plot, number):
    plot.show_points(FIVE, ends=(0.0, 1.0), samples=[1, 2, 3, 4, 5])
    plot.show_points(FIVE[:number], ends=(0.0, 1.0), samples=[9] * number)
    assert plot.points == FIVE[:number]
    plot.show_points(FIVE, samples=[5, 4, 3, 2, 1])
    assert plot.sizes == sorted(plot.sizes, reverse=True)
    plot.grab()


def test_what_stands_for_no_samples_is_of_one_size(plot):
    plot.show_points(FIVE[:2], samples=[1, 9])
    assert len(set(plot.sizes)) == 2
    plot.show_points(FIVE)
    assert plot.points == FIVE
    assert plot.sizes == [8.0] * 5
    plot.show_points(FIVE * 41)
    assert set(plot.sizes) == {4.0}


def test_a_point_is_drawn_where_it_lies(plot, theme):
    plot.show_points([(0.5, 0.25)], ends=(0.0, 1.0))
    shown, place = plot.grab().toImage(), plot.scale().points([(0.5, 0.25)])[0].toPoint()
    # Nine tenths of the colour lie over the ground.
    wanted, found = QColor(theme.tokens.series[0]), shown.pixelColor(place)
    assert abs(found.blue() - wanted.blue()) < 30
    assert abs(found.red() - wanted.red()) < 30
    assert shown.pixelColor(place.x() + 20, place.y()) != found


@pytest.mark.parametrize("points", [[], [(3.0, 3.0)]])
def test_axes_have_a_length_whatever_is_shown(plot, points):
    plot.show_points(points)
    least, greatest = plot.scale().across
    assert least < greatest
    assert all(least < value < greatest for point in points for value in point)
    plot.grab()


def test_it_tells_the_point_under_the_pointer(plot):
    plot.show_points(FIVE, ends=(0.0, 1.0))
    place = plot.scale().points([FIVE[3]])[0] + QPointF(2, -1)
    assert plot.words_at(plot.scale(), place) == "Said 0.7, Right 0.9"
    assert plot.words_at(plot.scale(), place + QPointF(30, 0)) == ""
