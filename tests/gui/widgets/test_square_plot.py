"""Points that lie on a diagonal where all is as it should be."""

from __future__ import annotations

import pytest

from disco_desktop.gui.widgets.square_plot import SquarePlot

FIVE = [(0.1, 0.2), (0.3, 0.3), (0.5, 0.4), (0.7, 0.9), (0.9, 0.8)]


@pytest.fixture
def plot(theme, qtbot) -> SquarePlot:
    made = SquarePlot(theme, "How sure", across="Said", upwards="Right")
    qtbot.addWidget(made)
    return made


def sizes(plot: SquarePlot) -> list[float]:
    return plot._points.scatter.data["size"].tolist()


@pytest.mark.parametrize("number", [1, 4, 0, 5])
def test_as_many_points_are_drawn_as_there_are_now(plot, number):
    plot.show_points(FIVE, ends=(0.0, 1.0), samples=[1, 2, 3, 4, 5])
    plot.show_points(FIVE[:number], ends=(0.0, 1.0), samples=[9] * number)
    assert plot.points == FIVE[:number]
    plot.show_points(FIVE, samples=[5, 4, 3, 2, 1])
    assert sizes(plot) == sorted(sizes(plot), reverse=True)
    plot.grab()


def test_what_stands_for_no_samples_is_of_one_size(plot):
    plot.show_points(FIVE[:2], samples=[1, 9])
    assert len(set(sizes(plot))) == 2
    plot.show_points(FIVE)
    assert plot.points == FIVE
    assert set(plot._points.scatter.data["size"].tolist()) <= {-1.0, 8.0}
