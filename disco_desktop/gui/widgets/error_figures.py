"""How far predicted numbers are from the true ones: three figures and a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from disco_desktop.gui.plots.square_plot import SquarePlot
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL
from disco_desktop.gui.widgets.card import Card
from disco_desktop.gui.widgets.layout import column, row
from disco_desktop.gui.widgets.stat_card import StatCard
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import figure, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.validation.figures import NumberFigures
    from disco_desktop.gui.theme.theme import Theme


class ErrorFigures(QWidget):
    """Mean absolute error, its root mean squared and R², above true against predicted."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.cards = {
            "absolute": StatCard(self.tr("Mean absolute error")),
            "squared": StatCard(self.tr("Root mean squared error")),
            "explained": StatCard(self.tr("R²")),
        }
        self.plot = SquarePlot(
            theme, self.tr("True and predicted numbers"), self.tr("true"), self.tr("predicted")
        )
        plot_card = Card(
            column(
                Text(self.tr("Predicted against true"), size="strong"),
                Text(
                    self.tr("On the dashed line a prediction is exactly right."),
                    size="small",
                    tone="muted",
                ),
                self.plot,
                spacing=SMALL,
            ),
            margin=LARGE,
        )
        figures = row(*self.cards.values(), spacing=MEDIUM)
        layout = column(figures, plot_card, spacing=MEDIUM)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)

    def show_figures(self, figures: NumberFigures, points: Sequence[tuple[float, float]]) -> None:
        """Show the figures of a test, with true and predicted number of its samples."""
        unit = figures.unit
        self.cards["absolute"].show_value(
            quantity(figures.mean_absolute_error, unit), self.tr("away from the truth on average")
        )
        self.cards["squared"].show_value(
            quantity(figures.root_mean_squared_error, unit), self.tr("large errors count more")
        )
        self.cards["explained"].show_value(
            figure(figures.r2), self.tr("1 is perfect, 0 as good as the mean")
        )
        self.plot.show_points(points)
