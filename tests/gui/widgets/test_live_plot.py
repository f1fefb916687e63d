from __future__ import annotations

import pyqtgraph as pg
import pytest

from disco_desktop.gui.widgets.live_plot import LivePlot


@pytest.fixture
def plot(theme, qtbot) -> LivePlot:
    made = LivePlot(theme, "Loss")
    qtbot.addWidget(made)
    made.show()
    return made


def curves(plot: LivePlot) -> list[tuple[list[float], list[float]]]:
    found = []
    for curve in plot.getPlotItem().listDataItems():
        xs, ys = curve.getOriginalDataset()
        found.append(([] if xs is None else list(xs), [] if ys is None else list(ys)))
    return found


def markers(plot: LivePlot) -> list[float]:
    items = plot.getPlotItem().items
    return [item.value() for item in items if isinstance(item, pg.InfiniteLine)]


def test_it_shows_batches_epochs_and_rounds(plot):
    plot.show_batches([0.5, 1.0, 1.5, 2.0], [0.7, 0.6, 0.5, 0.4])
    plot.show_epochs([1, 2], [0.65, 0.45], [0.6, 0.5])
    plot.show_rounds([2])
    plot.show_rounds([2, 4])
    assert curves(plot) == [
        ([0.5, 1.0, 1.5, 2.0], [0.7, 0.6, 0.5, 0.4]),
        ([1, 2], [0.65, 0.45]),
        ([1, 2], [0.6, 0.5]),
    ]
    assert markers(plot) == [2, 4]
    assert plot.accessibleDescription() == "Loss: training 0.450, validation 0.500"


def test_another_training_begins_anew(plot):
    plot.show_batches([0.5], [0.7])
    plot.show_epochs([1], [0.65], [0.6])
    plot.show_rounds([1])
    plot.clear_curves()
    assert curves(plot) == [([], [])] * 3
    assert markers(plot) == []


def test_it_follows_the_theme(plot, theme):
    theme.choose("dark")
    assert plot.backgroundBrush().color().name() == theme.tokens.surface.lower()


def test_lines_differ_in_more_than_colour(plot):
    _, training, validation = plot.getPlotItem().listDataItems()
    assert training.opts["symbol"] != validation.opts["symbol"]
    assert {training.name(), validation.name()} == {"training", "validation"}
