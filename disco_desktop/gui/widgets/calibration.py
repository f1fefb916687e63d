"""Whether a model is as sure as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.gui.plots.square_plot import SquarePlot
from disco_desktop.gui.theme.tokens import LARGE, SMALL
from disco_desktop.gui.widgets.card import Card
from disco_desktop.gui.widgets.layout import column
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import share

if TYPE_CHECKING:
    from disco_desktop.engine.validation.figures import ClassifierFigures
    from disco_desktop.gui.theme.theme import Theme


class Calibration(Card):
    """The calibration error, and the reliability curve behind it."""

    def __init__(self, theme: Theme) -> None:
        content = column(spacing=SMALL)
        super().__init__(content, margin=LARGE)
        self._said = Text(tone="muted")
        self.plot = SquarePlot(
            theme,
            self.tr("Reliability curve"),
            self.tr("probability"),
            self.tr("share that is right"),
        )
        content.addWidget(Text(self.tr("Is it as sure as it should be?"), size="strong"))
        content.addWidget(self._said)
        content.addWidget(self.plot)

    def show_figures(self, figures: ClassifierFigures) -> None:
        """Show the figures of a test."""
        self._said.setText(
            self.tr(
                "Calibration error {error}: so far are probabilities from the share of predictions "
                "that are right. Below the dashed line it is too sure of itself; a larger point is "
                "more samples."
            ).format(error=share(figures.calibration_error))
        )
        points = [(one.confidence, one.accuracy) for one in figures.reliability]
        samples = [one.samples for one in figures.reliability]
        self.plot.show_points(points, ends=(0.0, 1.0), samples=samples)

    @property
    def words(self) -> str:
        """What is said above the plot."""
        return self._said.text()
